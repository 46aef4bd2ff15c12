"""A finding in words: where, which letter, how sure and why, how reachable, since when, what next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, assert_never

from findings.records import FindingState, TriageDecision
from findings.report_facts import ReportedFinding
from findings.results import FindingRow
from matchers.verdicts import AnchorState, Verdict
from reports.exposed import exposure_facts
from reports.shown import Shown, printable
from reports.since_words import basis_words, exposed_words, minute

_VERDICTS: Final = {
    Verdict.KNOWN_LETTER: "holds the letter, whole or in part",
    Verdict.SHARED_PASSAGE: "has a passage of the letter that other letters may have too",
    Verdict.SAME_TEMPLATE: "a letter on our template with a person's data on it; no letter that we know",
}
# Something else stands in its place: no answer that a sweep will ever take for gone.
_REPLACED: Final = frozenset({"fetched_without_match", "login_page", "soft_404"})


@dataclass(frozen=True, slots=True)
class FindingWords:
    """What a report says of one finding; every text is safe to show.

    Attributes:
        where: the place, masked unless it was to be revealed.
        operator: who runs the host: the supplier, or us.
        letter: its opaque id, or None where the verdict is about a template.
        verdict: in words.
        why: what the verdict rests on, a line each.
        reachable: how it lies open, by name.
        since: the bounds of its exposure with what they rest on.
        next_step: what a person should do.
    """

    where: str
    operator: str
    letter: str | None
    verdict: str
    why: tuple[str, ...]
    reachable: tuple[tuple[str, str], ...]
    since: tuple[str, ...]
    next_step: str


def words_of(finding: ReportedFinding, shown: Shown) -> FindingWords:
    """All of it."""
    row = finding.row
    return FindingWords(
        where=shown.place(row.url, row.member),
        operator=operator(row),
        letter=printable(row.letter_id) if row.letter_id is not None else None,
        verdict=_VERDICTS.get(row.verdict, row.verdict.value),
        why=tuple(printable(line) for line in _why(finding)),
        reachable=tuple((name, printable(value)) for name, value in reachable(finding, shown)),
        since=tuple(printable(line) for line in _since(finding)),
        next_step=printable(next_step(row)),
    )


def operator(row: FindingRow) -> str:
    """Who runs the place, as the scope says."""
    if row.supplier:
        return printable(row.supplier)
    return {"own": "ourselves", "processor": "a processor"}.get(row.tier, "a third party")


def share(value: float) -> str:
    """In whole per cent, and never 100 for less than all."""
    return f"{min(round(value * 100), 99 if value < 1 else 100)} %"


def day(moment: datetime) -> str:
    """A date in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def reachable(finding: ReportedFinding, shown: Shown) -> list[tuple[str, str]]:
    """How it lies open: transport, login, listing, search engines. The way to it is left to `stray findings show`."""
    wanted = ("reachable", "login above", "listing", "search", "version")
    facts = [(name, value) for name, value in exposure_facts(finding.exposure, shown) if name in wanted]
    return facts or [("reachable", "by anyone: we fetched it without an account; how it was found was not recorded")]


def next_step(row: FindingRow) -> str:
    """What a person should do now. A rule of thumb that every report shares; it decides nothing."""
    match row.triage:
        case TriageDecision.FALSE_POSITIVE:
            return "nothing: judged a false positive"
        case TriageDecision.ACCEPTED_UNTIL:
            return "nothing until the acceptance ends; every sweep looks again"
        case TriageDecision.CLOSED:
            return "nothing: closed"
        case TriageDecision.TO_TRIAGE | TriageDecision.CONFIRMED | TriageDecision.REPORTED | TriageDecision.TAKEN_DOWN:
            return _step_by_state(row)
        case _:
            assert_never(row.triage)


def _step_by_state(row: FindingRow) -> str:
    match row.state:
        case FindingState.GONE:
            return "gone: check search engines and archives for copies, then close it"
        case FindingState.UNKNOWN:
            return _step_while_unknown(row)
        case FindingState.NEW | FindingState.OPEN | FindingState.REAPPEARED:
            return _step_while_open(row)
        case _:
            assert_never(row.state)


def _step_while_unknown(row: FindingRow) -> str:
    why = f"not known to be gone ({_rests_on(row)})"
    if row.basis in _REPLACED:
        return (
            f"{why}, and sweeps will not settle that by themselves: look at the place and ask {_whom(row)}; if that is "
            "for good, close it. It is opened again when the letter is seen there again"
        )
    return (
        f"{why}: sweep again or recheck, and ask {_whom(row)}; once somebody knows that it is gone for good, close it"
    )


def _rests_on(row: FindingRow) -> str:
    return printable(row.why) or basis_words(row.basis)


def _step_while_open(row: FindingRow) -> str:
    back = "it was gone and is back: " if row.state is FindingState.REAPPEARED else ""
    if row.triage is TriageDecision.TAKEN_DOWN:
        return f"{back}said to be taken down, and still there: chase {_whom(row)}"
    if row.triage is TriageDecision.REPORTED:
        return f"{back}chase {_whom(row)} until a sweep finds it gone"
    if row.triage is TriageDecision.CONFIRMED:
        return f"{back}have it taken down by {_whom(row)}; keep proof first"
    if row.verdict is Verdict.KNOWN_LETTER:
        return f"{back}confirm it and have it taken down by {_whom(row)}; keep proof first"
    return f"{back}compare it with the letter (someone who may read letters), then decide"


def _whom(row: FindingRow) -> str:
    if row.supplier:
        return row.supplier
    if row.tier == "own":
        return f"whoever runs {row.host} here"
    return f"the operator of {row.host}"


def _why(finding: ReportedFinding) -> list[str]:
    row = finding.row
    told = [*finding.reasons] or _numbers(finding)
    if row.coverage is not None:
        told.append(f"{share(row.coverage)} of the document is the letter")
    for state, words in _ANCHORS.items():
        kinds = [kind.replace("_", " ") for kind, said in finding.anchors.items() if said is state]
        told += [f"{words}: {', '.join(kinds)}"] if kinds else []
    return told


def _numbers(finding: ReportedFinding) -> list[str]:
    """What the matcher's own words would say: an older Stray did not keep them with the finding."""
    row = finding.row
    told = [f"{share(row.containment)} of the letter is there"] if row.containment is not None else []
    told += [f"{row.evidence:.0f} distinctive characters agree"] if row.evidence is not None else []
    if finding.false_per_million is not None:
        told.append(f"of a million documents of others at most {finding.false_per_million:.3g} come so far by chance")
    return told


_ANCHORS: Final = {
    AnchorState.AGREE: "registered and there",
    AnchorState.CONFLICT: "another one is there",
    AnchorState.ABSENT: "registered and not there",
}


def _since(finding: ReportedFinding) -> list[str]:
    row = finding.row
    told = list(exposed_words(row, finding.gaps))
    told.append("it may have been open before")
    if finding.ended_at is not None:
        told.append(f"not there on {minute(finding.ended_at)} ({basis_words(finding.ended_basis or '')})")
    if row.state is FindingState.UNKNOWN:
        told.append(f"since then unknown: {_rests_on(row)}, {minute(row.answered_at)}; unknown is not gone")
    if row.state is FindingState.GONE and row.why:
        told.append(f"gone: {printable(row.why)}")
    if row.server_modified is not None:
        told.append(f"the server says modified {minute(row.server_modified)}; not the date of exposure")
    return told
