"""Reach and blind spots over sweeps: what each sweep saw, what it skipped and why, and what it could not know."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Reach and blind spots")

with app.setup:
    import os

    import marimo as mo
    import polars as pl
    from matplotlib import colors, pyplot
    from matplotlib.figure import Figure

    from findings.frames import ask, database_at
    from reports.plot_style import FAINT, INK, STYLE, UNIT_COLOURS, masked, short, words

    DATABASE = database_at(os.environ.get("STRAY_DB"))
    pyplot.rcParams.update(STYLE)
    # Reasons that are an answer: the server said that there is nothing, or nothing for us. All others are gaps.
    ANSWERS = ("not_found", "access_denied", "action_link")


@app.cell(hide_code=True)
def _():
    mo.md("""
    # Reach and blind spots

    *Nothing found* is only as good as what was looked at. This page shows, sweep by sweep, which units were reached,
    what was skipped and why, which places nobody has ever opened, and which findings a sweep could not speak of. What
    stays dark from week to week is at the end.

    Another database: `STRAY_DB=findings.duckdb marimo edit notebooks/reach.py`
    """)


@app.cell
def _():
    reach = ask(
        DATABASE,
        """
        SELECT sweep_started_at, sweep_id, unit_id, kind, start_url, host, coalesce(supplier, 'own') AS supplier, state,
            requests, bytes, documents, undetermined, not_selected, skipped,
            coalesce(list_sum(list_transform(
                list_filter(map_entries(skipped_by_reason), lambda e: e.key NOT IN ('not_found', 'access_denied', 'action_link')),
                lambda e: e.value
            )), 0)::BIGINT AS gaps
        FROM reach ORDER BY sweep_started_at, supplier, kind, start_url
    """,
    )
    return (reach,)


@app.cell
def _(reach):
    last = reach.filter(pl.col("sweep_started_at") == reach["sweep_started_at"].max())
    mo.hstack(
        [
            mo.stat(reach["sweep_id"].n_unique(), label="sweeps", bordered=True),
            mo.stat(last.height, label="units in the last one", bordered=True),
            mo.stat(last.filter(pl.col("state") == "finished").height, label="of these finished", bordered=True),
            mo.stat(int(last["documents"].sum()), label="documents read", bordered=True),
            mo.stat(int(last["gaps"].sum()), label="gaps (places not seen)", bordered=True),
            mo.stat(int(last["undetermined"].sum()), label="too little text to judge", bordered=True),
        ],
        widths="equal",
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Which units were reached

    One row for each unit, one column for each sweep. Blue: it finished, the darker the more of it was seen. A number is
    of gaps, which are skips that no answer of the server explains. Empty: it was not in that sweep's scope.
    """)


@app.function
def draw_units(reach: pl.DataFrame) -> Figure:
    """A tile for each unit and sweep."""
    sweeps = reach["sweep_started_at"].unique().sort().to_list()
    units = (
        reach.group_by("unit_id")
        .agg(
            pl.col("supplier").last(),
            pl.col("kind").last(),
            pl.col("start_url").last(),
            pl.col("sweep_started_at").min().alias("since"),
        )
        .sort("since", "supplier", "kind", "start_url")
    )
    rows = units["unit_id"].to_list()
    figure, axes = pyplot.subplots(figsize=(9.5, 1.2 + 0.36 * len(rows)))
    blues = pyplot.get_cmap("Blues")
    for row in reach.iter_rows(named=True):
        x, y = sweeps.index(row["sweep_started_at"]), rows.index(row["unit_id"])
        share = row["documents"] / max(row["documents"] + row["gaps"], 1)
        colour = blues(0.12 + 0.68 * share) if row["state"] == "finished" else UNIT_COLOURS[row["state"]]
        axes.add_patch(pyplot.Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, facecolor=colour))
        told = str(row["gaps"] or "") if row["state"] == "finished" else words(row["state"])
        axes.annotate(
            told,
            (x, y),
            ha="center",
            va="center",
            fontsize=8 if row["state"] == "finished" else 6.8,
            color="white" if share > 0.5 or row["state"] != "finished" else INK,
        )
    axes.set_xlim(-0.55, len(sweeps) - 0.45)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_xticks(range(len(sweeps)), [f"{sweep:%d %b}" for sweep in sweeps])
    axes.xaxis.tick_top()
    labels = [
        f"{short(row['supplier'], 24)}, {words(row['kind'])}  {short(masked(row['start_url']), 30)}"
        for row in units.iter_rows(named=True)
    ]
    axes.set_yticks(range(len(rows)), labels, fontsize=7.5)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


@app.cell
def _(reach):
    draw_units(reach)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Why places were not seen

    Every reason there is, most frequent on top; the darker, the more places (the scale is logarithmic: a listing without
    end weighs no more than it should). A reason in grey is an answer, not a gap.
    """)


@app.cell
def _():
    reasons = ask(
        DATABASE,
        """
        SELECT sweeps.started_at, skips.reason, sum(skips.places)::BIGINT AS places,
            count(DISTINCT skips.unit_id) AS units
        FROM skips JOIN sweeps USING (sweep_id) GROUP BY ALL ORDER BY started_at
    """,
    )
    return (reasons,)


@app.function
def draw_reasons(reasons: pl.DataFrame) -> Figure:
    """A tile for each reason and sweep, with the number of places."""
    sweeps = reasons["started_at"].unique().sort().to_list()
    order = (
        reasons.group_by("reason")
        .agg(pl.col("started_at").n_unique().alias("sweeps"), pl.col("places").sum())
        .sort("sweeps", "places", descending=True)
    )
    rows = order["reason"].to_list()
    figure, axes = pyplot.subplots(figsize=(9.5, 1.0 + 0.27 * len(rows)))
    norm = colors.LogNorm(1, max(10, reasons["places"].max() or 1))
    for row in reasons.iter_rows(named=True):
        x, y = sweeps.index(row["started_at"]), rows.index(row["reason"])
        share = norm(row["places"])
        cmap = pyplot.get_cmap("Greys" if row["reason"] in ANSWERS else "OrRd")
        axes.add_patch(pyplot.Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, facecolor=cmap(0.15 + 0.6 * share)))
        axes.annotate(
            f"{row['places']:,}", (x, y), ha="center", va="center", fontsize=7.5, color="white" if share > 0.62 else INK
        )
    axes.set_xlim(-0.55, len(sweeps) - 0.45)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_xticks(range(len(sweeps)), [f"{sweep:%d %b}" for sweep in sweeps])
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(rows)), [words(reason) for reason in rows], fontsize=8)
    axes.tick_params(length=0)
    axes.grid(axis="y", color=FAINT)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


@app.cell
def _(reasons):
    draw_reasons(reasons)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Findings that a sweep could not speak of

    Each sweep answers for each finding that it could have met: present, gone, or *could not tell*, and why. A wide band
    of reasons is a warning about the sweep, not about the findings.
    """)


@app.cell
def _():
    spoken = ask(
        DATABASE,
        """
        SELECT sweeps.started_at, sightings.presence,
            CASE sightings.presence WHEN 'unknown' THEN sightings.basis ELSE sightings.presence END AS basis,
            count(*) AS findings
        FROM sightings JOIN sweeps USING (sweep_id) GROUP BY ALL ORDER BY started_at
    """,
    )
    return (spoken,)


@app.function
def draw_spoken(spoken: pl.DataFrame) -> Figure:
    """Bars above the line for what was seen present, below it for what was not, parted by why."""
    sweeps = spoken["started_at"].unique().sort().to_list()
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9.5, 4.6), sharex=True, height_ratios=[1, 1.6])
    present = dict(spoken.filter(pl.col("presence") == "present").select("started_at", "findings").iter_rows())
    above.bar(range(len(sweeps)), [present.get(sweep, 0) for sweep in sweeps], color="#e6a23c", width=0.7)
    above.set_title("Seen present")
    kinds = (
        spoken.filter(pl.col("presence") != "present")
        .group_by("presence", "basis")
        .agg(pl.col("findings").sum())
        .sort("presence", "findings", descending=[False, True])
    )
    shades = iter(pyplot.get_cmap("cividis")([0.15, 0.3, 0.45, 0.6, 0.72, 0.84, 0.95] * 4))
    base = [0] * len(sweeps)
    for presence, basis in kinds.select("presence", "basis").iter_rows():
        rows = spoken.filter((pl.col("presence") == presence) & (pl.col("basis") == basis))
        counts = dict(rows.group_by("started_at").agg(pl.col("findings").sum()).iter_rows())
        heights = [counts.get(sweep, 0) for sweep in sweeps]
        label = "gone: a definite negative" if presence == "gone" else words(basis)
        below.bar(
            range(len(sweeps)),
            heights,
            bottom=base,
            width=0.7,
            color="#cfd6dc" if presence == "gone" else next(shades),
            label=label,
        )
        base = [low + height for low, height in zip(base, heights, strict=True)]
    below.set_title("Not seen: gone, or could not tell because of")
    below.set_xticks(range(len(sweeps)), [f"{sweep:%d %b}" for sweep in sweeps])
    below.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    for axes in (above, below):
        axes.grid(axis="y", color=FAINT)
        axes.set_ylabel("findings")
    return figure


@app.cell
def _(spoken):
    draw_spoken(spoken)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## What it cost, and what it brought

    Each dot is a unit in one sweep. Far right and low: many requests, few documents; a trap, a site that throttles, or
    a target that wants another start.
    """)


@app.function
def draw_cost(reach: pl.DataFrame) -> Figure:
    """Requests against documents, both on a logarithmic scale that has room for none."""
    figure, axes = pyplot.subplots(figsize=(7.2, 4.2))
    for state, colour in UNIT_COLOURS.items():
        rows = reach.filter(pl.col("state") == state)
        if rows.height:
            axes.scatter(
                rows["requests"] + 1,
                rows["documents"] + 1,
                s=18 + rows["gaps"].cast(pl.Float64).sqrt() * 14,
                color=colour,
                alpha=0.55,
                edgecolor="white",
                linewidth=0.6,
                label=words(state),
            )
    most = max(int(reach["requests"].max() or 1), int(reach["documents"].max() or 1)) + 1
    axes.plot([1, most], [1, most], color=FAINT, zorder=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("requests + 1")
    axes.set_ylabel("documents + 1")
    axes.set_title("Requests and documents of each unit and sweep (larger: more gaps)")
    axes.legend(title="unit")
    return figure


@app.cell
def _(reach):
    draw_cost(reach)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## What stays dark

    Gaps that the latest sweep had and that at least one earlier sweep had at the same place for the same reason, the
    oldest first. These want a decision: an extra, a key, a larger budget, a word with the supplier; or a line in the
    scope's `allowed_skips` that says why not.
    """)


@app.cell
def _():
    dark = ask(
        DATABASE,
        """
        WITH told AS (
            SELECT skips.reason, skips.detail, skips.url, skips.member, sweeps.started_at,
                any_value(units.supplier) AS supplier, max(skips.places) AS places
            FROM skips JOIN sweeps USING (sweep_id) JOIN units USING (sweep_id, unit_id)
            WHERE skips.reason NOT IN ('not_found', 'access_denied', 'action_link')
            GROUP BY ALL
        )
        SELECT reason, any_value(detail) AS detail, url, member, any_value(coalesce(supplier, 'own')) AS supplier,
            count(DISTINCT started_at) AS sweeps, min(started_at) AS since
        FROM told GROUP BY reason, url, member
        HAVING count(DISTINCT started_at) > 1 AND max(started_at) = (SELECT max(started_at) FROM sweeps)
        ORDER BY since, sweeps DESC, reason
    """,
    )
    mo.ui.table(
        dark.select(
            "reason",
            "detail",
            "supplier",
            pl.Series(
                "where",
                [short(masked(url, member), 64) for url, member in dark.select("url", "member").iter_rows()],
                dtype=pl.String,
            ),
            "sweeps",
            pl.col("since").dt.strftime("%Y-%m-%d"),
        ),
        selection=None,
        page_size=12,
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Listed, and never opened

    Files that a listing named and that no sweep has read, by why not. For a responder these are neither *exposed* nor
    *not exposed*: they are not known.
    """)


@app.cell
def _():
    ask(
        DATABASE,
        """
        SELECT outcome, coalesce(regexp_extract(lower(name), '\\.([a-z0-9]{1,5})$', 1), '') AS ending, count(*) AS files,
            sum(size) AS bytes, count(*) FILTER (cue IS NOT NULL) AS worth_a_look, min(first_seen)::DATE AS since
        FROM unopened GROUP BY ALL ORDER BY files DESC
    """,
    )
    return


if __name__ == "__main__":
    app.run()
