"""The report's first page in sentences: written for who has one minute."""

from __future__ import annotations

from datetime import datetime

from findings.records import FindingState, Severity, SweepState
from findings.report_facts import ReportFacts
from reports.finding_words import day
from reports.overview import Overview, worst
from reports.shown import printable

# Days for which a sweep's picture is taken for today's: the demo and most scopes sweep daily or weekly.
_FRESH_DAYS = 1


def tone(numbers: Overview, facts: ReportFacts) -> str:
    """A class of the style sheet: how loud the page begins."""
    if numbers.acting:
        return worst(each.row.severity for each in numbers.acting).value
    return "nothing" if facts.sweeps and not any(gap.is_blind for gap in numbers.gaps) else "medium"


def headline(numbers: Overview, facts: ReportFacts) -> str:
    """What happened, in a sentence or two."""
    if not facts.sweeps:
        return "No sweep has been merged into this database, so nothing is known."
    if not numbers.acting:
        read = facts.sweeps[-1]
        seen = f"The latest sweep read {counted(read.documents, 'document')} at {counted(read.units, 'target')}."
        blind = any(gap.is_blind for gap in numbers.gaps)
        return f"No finding is open. {seen}{' It could not see everything in scope: see below.' if blind else ''}"
    places = counted(len({(each.row.url, each.row.member) for each in numbers.acting}), "place")
    holds = "holds" if places.startswith("1 ") else "hold"
    whose = printable(facts.sweeps[-1].organisation)
    if not numbers.letters:
        what = f"documents on templates of {whose} with a person's data on them, where anyone can read them"
        return f"{places} {holds} {what}. None is a letter that we know."
    return f"{places} {holds} {counted(numbers.letters, 'letter')} of {whose} where anyone can read them."


def points(numbers: Overview, facts: ReportFacts, made_at: datetime) -> tuple[str, ...]:
    """What a manager asks next."""
    if not numbers.acting or numbers.since is None:
        return ()
    days = (made_at.date() - numbers.since.date()).days
    ago = f"{counted(days, 'day')} ago" if days else "today"
    told = [f"Open since {day(numbers.since)} at the latest ({ago}); it may have been longer."]
    told.append(_news(numbers))
    told.append(_people(numbers))
    if numbers.letters > numbers.letters_certain:
        less = numbers.letters - numbers.letters_certain
        told.append(
            f"{counted(numbers.letters_certain, 'letter')} for certain; of {less} a passage that others may have too."
        )
    if unknown := numbers.states[FindingState.UNKNOWN]:
        told.append(f"Of {counted(unknown, 'finding')} the latest sweep could not tell; they count as open.")
    unassigned = sum(actor.unassigned for actor in numbers.actors)
    if unassigned:
        told.append(f"{counted(unassigned, 'finding')} assigned to nobody.")
    overdue = sum(actor.overdue for actor in numbers.actors)
    if overdue:
        told.append(f"{counted(overdue, 'finding')} past the due date.")
    return tuple(told)


def tiles(numbers: Overview, facts: ReportFacts) -> tuple[tuple[str, str], ...]:
    """The numbers that are asked for by telephone."""
    news = numbers.states[FindingState.NEW]
    back = numbers.states[FindingState.REAPPEARED]
    blind = sum(gap.count for gap in numbers.gaps if gap.is_blind)
    urgent = numbers.severities[Severity.CRITICAL] + numbers.severities[Severity.HIGH]
    told = [
        (f"{len(numbers.acting):,}", "findings open"),
        (f"{urgent:,}", "critical or high"),
        (f"{numbers.letters:,}", "letters"),
        (_people_tile(numbers), "registered people"),
        (f"{len(numbers.hosts):,}", "hosts"),
        (f"{news + back:,}", f"new ({news}) or back ({back})"),
    ]
    if facts.sweeps:
        told.append((f"{blind:,}", "not seen by the latest sweep"))
    return tuple(told)


def unseen_lines(numbers: Overview, facts: ReportFacts, made_at: datetime) -> tuple[str, ...]:
    """How complete the picture is, before the table of what is missing."""
    if not facts.sweeps:
        return ("Nothing has been swept.",)
    latest = facts.sweeps[-1]
    told = []
    days = (made_at - latest.started_at).days
    if days > _FRESH_DAYS:
        told.append(
            f"The latest sweep began {counted(days, 'day')} ago. What has changed since then nobody has looked at."
        )
    if latest.state is not SweepState.FINISHED:
        told.append(f"The latest sweep ({day(latest.started_at)}) has not ended: what it did not reach is not known.")
    if unknown := numbers.states[FindingState.UNKNOWN]:
        told.append(f"{counted(unknown, 'finding')} could not be told by the latest sweep; they are listed as unknown.")
    if not any(gap.is_blind for gap in numbers.gaps):
        told.append("The latest sweep saw everything in scope. What lies outside of the scope nobody looked at.")
    else:
        told.append("What is listed here may hold letters too. What lies outside of the scope nobody looked at.")
    return tuple(told)


def reachable_lines(numbers: Overview) -> tuple[tuple[str, str], ...]:
    """How the open findings can be reached."""
    if not numbers.acting:
        return ()
    ways = numbers.reachable
    return (
        (f"{len(numbers.acting):,}", "without any account: each was fetched as anyone could"),
        (f"{ways.plain:,}", "over plain http or FTP: who is on the way can read along"),
        (f"{ways.listed:,}", "shown by a server's own listing: no address has to be known"),
        (f"{ways.indexable:,}", "may be held by a search engine: nothing keeps it out"),
        (f"{ways.index_unknown:,}", "not known whether a search engine may hold it"),
    )


def people_lines(numbers: Overview, facts: ReportFacts) -> tuple[tuple[str, str], ...]:
    """How many people: three kinds that are not added up."""
    if not numbers.acting:
        return ()
    people = numbers.people
    told = (
        (people.confirmed, "registered people for certain: a known letter of theirs is open"),
        (people.possible, "registered people perhaps: only a passage that their letter shares with others"),
        (
            people.letters_unknown,
            "letters of which the register names nobody: at least one person each, not counted above",
        ),
        (
            numbers.templates,
            "documents on our template of letters that we do not know: at least one person each, not counted above",
        ),
        (facts.unopened, "files listed beside open findings that nobody has opened: they may be about further people"),
    )
    return tuple((f"{count:,}", words) for count, words in told)


def counted(count: int, what: str) -> str:
    """A number with its noun."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _news(numbers: Overview) -> str:
    new, back = numbers.states[FindingState.NEW], numbers.states[FindingState.REAPPEARED]
    if not new and not back:
        return "Nothing is new since the sweep before."
    told = [f"{new:,} new" if new else "", f"{back:,} had gone and {'is' if back == 1 else 'are'} back" if back else ""]
    return f"By the latest sweep that saw them: {', '.join(each for each in told if each)}."


def _people(numbers: Overview) -> str:
    people = numbers.people
    if not people.confirmed and not people.possible:
        return "How many people: not known. The register does not say whose the letters are."
    whom = "registered person" if people.confirmed == 1 else "registered people"
    told = f"{people.confirmed:,} {whom} for certain"
    told += f", {people.possible:,} more possible" if people.possible else ""
    if people.letters_unknown:
        told += f"; of {counted(people.letters_unknown, 'letter')} the register does not say whose"
    return f"{told}."


def _people_tile(numbers: Overview) -> str:
    people = numbers.people
    if not people.confirmed and not people.possible:
        return "?" if numbers.letters else "0"
    return f"{people.confirmed:,}" + (f"-{people.confirmed + people.possible:,}" if people.possible else "")
