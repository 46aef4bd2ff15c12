"""Triage overview: what lies open, how bad, since when, and who has it in hand."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Triage overview")

with app.setup:
    import os

    import marimo as mo
    import polars as pl
    from matplotlib import dates, pyplot
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from findings.frames import ask, database_at
    from reports.plot_style import (
        ACCENT,
        FAINT,
        INK,
        SEVERITY_COLOURS,
        STATE_COLOURS,
        STYLE,
        masked,
        short,
        stacked,
        words,
    )

    DATABASE = database_at(os.environ.get("STRAY_DB"))
    pyplot.rcParams.update(STYLE)


@app.cell(hide_code=True)
def _():
    mo.md("""
    # Triage overview

    What somebody has to act on, the worst first; how that changed from sweep to sweep; how long things have been lying
    open; and whether anybody has them in hand. Each question opens the database read-only and closes it again, so no
    sweep waits for this page. Places are masked; `stray findings show ID --reveal` tells them, on record.

    Another database: `STRAY_DB=findings.duckdb marimo edit notebooks/triage_overview.py`
    """)


@app.cell
def _():
    headline = ask(
        DATABASE,
        """
        SELECT count(*) FILTER (NOT settled AND state <> 'gone') AS to_act_on,
            count(*) FILTER (NOT settled AND state IN ('new', 'reappeared')) AS news,
            count(*) FILTER (NOT settled AND state <> 'gone' AND severity = 'critical') AS critical,
            count(*) FILTER (NOT settled AND state = 'unknown') AS could_not_tell,
            count(*) FILTER (NOT settled AND state <> 'gone' AND triage = 'to_triage') AS nobody_decided,
            count(*) FILTER (NOT settled AND state <> 'gone' AND due < (SELECT max(started_at) FROM sweeps)::DATE) AS overdue
        FROM finding_status
    """,
    ).row(0, named=True)
    mo.hstack(
        [
            mo.stat(headline["to_act_on"], label="to act on", bordered=True),
            mo.stat(headline["news"], label="new or back", bordered=True),
            mo.stat(headline["critical"], label="critical", bordered=True),
            mo.stat(headline["could_not_tell"], label="not seen, not ruled out", bordered=True),
            mo.stat(headline["nobody_decided"], label="nobody decided yet", bordered=True),
            mo.stat(headline["overdue"], label="overdue at the last sweep", bordered=True),
        ],
        widths="equal",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## From sweep to sweep

    The state of every finding known by then. *Unknown* is not *gone*: a place that did not answer still counts, and
    *gone* takes two definite negatives.
    """)


@app.cell
def _():
    over_sweeps = ask(
        DATABASE,
        """
        WITH known AS (
            SELECT sweeps.sweep_id, sweeps.started_at, states.finding_id,
                arg_max(states.state, (states.sweep_started_at, states.sweep_id)) AS state
            FROM sweeps JOIN sighting_states AS states
                ON (states.sweep_started_at, states.sweep_id) <= (sweeps.started_at, sweeps.sweep_id)
            GROUP BY ALL
        )
        SELECT started_at, state, count(*) AS findings FROM known GROUP BY ALL ORDER BY started_at
    """,
    )
    return (over_sweeps,)


@app.function
def states_over_sweeps(over_sweeps: pl.DataFrame) -> Figure:
    """A bar for each sweep, what needs somebody at the bottom."""
    figure, axes = pyplot.subplots(figsize=(9, 3.4))
    sweeps = over_sweeps["started_at"].unique().sort().to_list()
    base = [0] * len(sweeps)
    for state, colour in STATE_COLOURS.items():
        counts = dict(over_sweeps.filter(pl.col("state") == state).select("started_at", "findings").iter_rows())
        heights = [counts.get(sweep, 0) for sweep in sweeps]
        axes.bar(range(len(sweeps)), heights, bottom=base, color=colour, label=state, width=0.72)
        base = [low + height for low, height in zip(base, heights, strict=True)]
    axes.set_xticks(range(len(sweeps)), [f"{sweep:%d %b}\n{sweep:%a}" for sweep in sweeps])
    axes.set_ylabel("findings")
    axes.grid(axis="y", color=FAINT)
    axes.legend(ncols=5, loc="upper left", bbox_to_anchor=(0, 1.0))
    axes.set_ylim(0, max(base, default=1) * 1.18)
    axes.set_title("State of all findings after each sweep", pad=10)
    return figure


@app.cell
def _(over_sweeps):
    states_over_sweeps(over_sweeps)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Where, and how bad

    Open findings by supplier and host. A person asks the supplier with the longest dark bar first.
    """)


@app.cell
def _():
    by_host = ask(
        DATABASE,
        """
        SELECT coalesce(supplier, 'own') AS supplier, host, severity, count(*) AS findings,
            count(DISTINCT letter_id) AS letters
        FROM open_findings GROUP BY ALL ORDER BY supplier, host
    """,
    )
    return (by_host,)


@app.function
def hosts_by_severity(by_host: pl.DataFrame) -> Figure:
    """A bar for each host, parted by severity; the one with most on top."""
    totals = by_host.group_by("supplier", "host").agg(pl.col("findings").sum()).sort("findings", descending=True)
    figure, axes = pyplot.subplots(figsize=(9, 0.9 + 0.42 * max(totals.height, 1)))
    keys = list(totals.select("supplier", "host").iter_rows())
    parts = {}
    for severity in SEVERITY_COLOURS:
        rows = by_host.filter(pl.col("severity") == severity)
        counts = {
            (supplier, host): count for supplier, host, count in rows.select("supplier", "host", "findings").iter_rows()
        }
        parts[severity] = [counts.get(key, 0) for key in keys]
    stacked(axes, [f"{short(supplier, 26)}\n{host}" for supplier, host in keys], parts, SEVERITY_COLOURS)
    axes.tick_params(axis="y", labelsize=8)
    axes.legend(loc="lower right", title="severity")
    axes.set_xlabel("open findings")
    axes.set_title("Open findings by host and severity")
    return figure


@app.cell
def _(by_host):
    hosts_by_severity(by_host)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## How long, and in whose hands

    Each line is one open finding, from the day on which it was exposed *at the latest*; a tick is a sweep that saw it.
    Dotted: a sweep could not tell. Blank: it was gone. A ring marks the first decision; a line without one has
    waited for a person all that time.
    """)


@app.cell
def _():
    waiting = ask(
        DATABASE,
        """
        SELECT status.finding_id, status.url, status.member, status.letter_id, status.severity, status.state, status.triage,
            status.assigned_to, status.due, status.first_seen, status.last_seen, status.answered_at,
            decisions.decided_at
        FROM open_findings AS status
        LEFT JOIN (
            SELECT finding_id, min(decided_at) AS decided_at FROM triage_events
            WHERE decision <> 'to_triage' GROUP BY finding_id
        ) AS decisions USING (finding_id)
        ORDER BY list_position(['critical', 'high', 'medium', 'low'], status.severity), status.first_seen, status.url
    """,
    )
    answers = ask(
        DATABASE,
        """
        SELECT finding_id, seen_at, presence FROM sightings SEMI JOIN open_findings USING (finding_id)
        ORDER BY finding_id, seen_at
    """,
    )
    return answers, waiting


@app.function
def lifelines(waiting: pl.DataFrame, answers: pl.DataFrame, most: int = 40) -> Figure:
    """The worst on top; dotted while nobody could tell, nothing while it was gone."""
    rows = waiting.head(most)
    figure, axes = pyplot.subplots(figsize=(9, 1.2 + 0.2 * max(rows.height, 1)))
    of = {
        key[0]: list(part.select("seen_at", "presence").iter_rows())
        for key, part in answers.group_by("finding_id", maintain_order=True)
    }
    for place, row in enumerate(rows.iter_rows(named=True)):
        colour = SEVERITY_COLOURS[row["severity"]]
        told = of.get(row["finding_id"], [])
        for (begin, before), (end, presence) in zip(told, told[1:], strict=False):
            seen = before == presence == "present"
            if "gone" not in (before, presence):
                axes.plot(
                    [begin, end],
                    [place, place],
                    color=colour,
                    linewidth=3.4 if seen else 1.1,
                    linestyle="-" if seen else ":",
                    solid_capstyle="butt",
                )
        axes.plot(
            [seen for seen, presence in told if presence == "present"],
            [place] * sum(presence == "present" for _, presence in told),
            "|",
            color=colour,
            markersize=6,
        )
        if row["decided_at"]:
            axes.plot(row["decided_at"], place, "o", markersize=5, markerfacecolor="white", markeredgecolor=INK)
    axes.set_yticks(
        range(rows.height),
        [f"{row['letter_id'] or 'template'}  {row['finding_id'][:8]}" for row in rows.iter_rows(named=True)],
        fontsize=7,
        family="monospace",
    )
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(dates.WeekdayLocator(dates.MO))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%d %b"))
    axes.grid(axis="x", color=FAINT)
    axes.set_title(f"The worst {rows.height} of {waiting.height}: exposed at least this long")
    axes.legend(handles=lifeline_legend(axes), loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


@app.function
def lifeline_legend(axes: Axes) -> list:
    """What the colours and the ring stand for."""
    lines = [
        axes.plot([], [], color=colour, linewidth=3.4, label=severity)[0]
        for severity, colour in SEVERITY_COLOURS.items()
    ]
    ring = axes.plot([], [], "o", markerfacecolor="white", markeredgecolor=INK, label="first decision")[0]
    tail = axes.plot([], [], color=INK, linewidth=1.1, linestyle=":", label="could not tell")[0]
    return [*lines, ring, tail]


@app.cell
def _(answers, waiting):
    lifelines(waiting, answers)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## What people have done

    Acts by day and kind. A sweep acts too: it reopens an acceptance that has run out, a place that has changed, and
    what was closed and is seen again.
    """)


@app.cell
def _():
    acts = ask(
        DATABASE,
        """
        SELECT decided_at::DATE AS day, decided_by, reopened,
            CASE WHEN reopened IS NOT NULL THEN 'reopened: ' || reopened
                WHEN decision IS NULL THEN 'note or assignment' ELSE decision END AS what,
            count(DISTINCT coalesce(act_id, event_number::VARCHAR)) AS acts, count(*) AS findings
        FROM triage_events GROUP BY ALL ORDER BY day, what
    """,
    )
    return (acts,)


@app.function
def acts_by_day(acts: pl.DataFrame) -> Figure:
    """A bubble for each day and kind, as large as the number of findings."""
    kinds = acts.group_by("what").agg(pl.col("day").min()).sort("day", "what")["what"].to_list()
    figure, axes = pyplot.subplots(figsize=(9, 1.0 + 0.34 * max(len(kinds), 1)))
    for row in acts.iter_rows(named=True):
        colour = "#a8327d" if row["reopened"] else ACCENT
        axes.scatter(
            row["day"], kinds.index(row["what"]), s=26 + 22 * row["findings"], color=colour, alpha=0.75, zorder=3
        )
        axes.annotate(
            row["findings"],
            (row["day"], kinds.index(row["what"])),
            color="white",
            fontsize=7,
            ha="center",
            va="center",
            zorder=4,
        )
    axes.set_yticks(range(len(kinds)), [words(kind) for kind in kinds])
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.xaxis.set_major_locator(dates.WeekdayLocator(dates.MO))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%d %b"))
    axes.grid(color=FAINT)
    axes.set_title("Findings acted on, by day: people in blue, sweeps in purple")
    return figure


@app.cell
def _(acts):
    acts_by_day(acts)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## The worklist

    The same rows as `stray findings list`, and why each is as severe as it is.
    """)


@app.cell
def _():
    worklist = ask(
        DATABASE,
        """
        SELECT severity, state, triage, verdict, letter_id, persons, categories, url, member, host, assigned_to, due,
            severity_reasons, first_seen, finding_id
        FROM open_findings
        ORDER BY list_position(['critical', 'high', 'medium', 'low'], severity), state NOT IN ('new', 'reappeared'), host, url
    """,
    )
    places = [masked(url, member) for url, member in worklist.select("url", "member").iter_rows()]
    mo.ui.table(
        worklist.drop("url", "member")
        .with_columns(
            pl.Series("where", places, dtype=pl.String),
            pl.col("severity_reasons").list.join("; ").alias("why"),
            pl.col("categories").list.join(", "),
            pl.col("finding_id").str.head(12),
            pl.col("first_seen").dt.strftime("%Y-%m-%d"),
        )
        .select(
            "severity",
            "state",
            "triage",
            "verdict",
            "letter_id",
            "persons",
            "categories",
            "where",
            "why",
            "assigned_to",
            "due",
            "first_seen",
            "finding_id",
        ),
        selection=None,
        page_size=15,
    )
    return (worklist,)


@app.cell
def _(over_sweeps, worklist):
    assert over_sweeps.height and worklist.height, "nothing to show: has a sweep been merged?"
    return


if __name__ == "__main__":
    app.run()
