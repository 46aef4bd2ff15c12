"""One incident, from tip-off to timeline: what lay open, whose it is, since when and until when, and what was done."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="One incident")

with app.setup:
    import os

    import marimo as mo
    import polars as pl
    from matplotlib import dates, pyplot
    from matplotlib.figure import Figure

    from findings.frames import ask, database_at
    from reports.plot_style import ACCENT, FAINT, INK, SEVERITY_COLOURS, STATE_COLOURS, STYLE, masked, short, words

    DATABASE = database_at(os.environ.get("STRAY_DB"))
    pyplot.rcParams.update(STYLE)
    ANSWERS = {"present": ("o", "#d55e00"), "unknown": ("D", "#7f8c9b"), "gone": ("x", "#0b5c8a")}


@app.cell(hide_code=True)
def _():
    mo.md("""
    # One incident

    A patient calls: *my letter is on the web*. This page takes one incident (findings of one supplier, on one host, in
    one folder) from there to a timeline that can be handed on. Choose it below, by the incident or by a letter's id.
    Places are masked; `stray findings incidents` and `stray findings about` say more, on record.

    Another database: `STRAY_DB=findings.duckdb marimo edit notebooks/incident.py`
    """)


@app.cell
def _():
    incidents = ask(
        DATABASE,
        """
        SELECT incident_id, status, supplier, host, place, letters, persons, categories, findings, findings_open, first_seen,
            last_seen, gone_at,
            incident_id IN (
                SELECT incident_id FROM findings JOIN sealed_findings USING (finding_id)
            ) AS has_evidence
        FROM incidents
        ORDER BY has_evidence DESC, findings DESC, incident_id
    """,
    )
    return (incidents,)


@app.cell
def _(incidents):
    choices = {
        f"{row['incident_id'][:8]}  {row['supplier'] or 'own'}, {row['letters']} letters, {row['status']}": row[
            "incident_id"
        ]
        for row in incidents.iter_rows(named=True)
    }
    chosen = mo.ui.dropdown(choices, value=next(iter(choices), None), label="incident", full_width=True)
    letter = mo.ui.text(placeholder="L00001", label="or the incidents that hold this letter")
    mo.hstack([chosen, letter], widths=[2, 1])
    return chosen, letter


@app.cell
def _(letter):
    of_letter = (
        ask(
            DATABASE,
            """
        SELECT letter_id, state, triage, verdict, url, member, supplier, first_seen, last_seen, incident_id
        FROM letter(?)
    """,
            [letter.value.strip()],
        )
        if letter.value.strip()
        else None
    )
    of_letter if of_letter is None else of_letter.with_columns(
        pl.Series(
            "where",
            [masked(url, member) for url, member in of_letter.select("url", "member").iter_rows()],
            dtype=pl.String,
        )
    ).drop("url", "member")
    return


@app.cell
def _(chosen, incidents):
    incident = incidents.row(by_predicate=pl.col("incident_id") == chosen.value, named=True)
    mo.vstack(
        [
            mo.md(
                f"### {incident['supplier'] or 'own'}: `{masked(incident['place'])}`\n\n"
                f"Status **{incident['status']}**; speaks of {', '.join(map(words, incident['categories'])) or 'nothing of special protection'}."
            ),
            mo.hstack(
                [
                    mo.stat(incident["findings"], label="findings", bordered=True),
                    mo.stat(incident["letters"], label="letters", bordered=True),
                    mo.stat(incident["persons"], label="registered people", bordered=True),
                    mo.stat(f"{incident['first_seen']:%d %b %H:%M}", label="first seen (UTC)", bordered=True),
                    mo.stat(f"{incident['last_seen']:%d %b %H:%M}", label="last seen (UTC)", bordered=True),
                    mo.stat(incident["findings_open"], label="still open", bordered=True),
                ],
                widths="equal",
            ),
        ]
    )
    return (incident,)


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## The timeline

    Each row is one finding. Filled: two sweeps running saw it there. Hatched: it may have been there, between the last
    sweep that saw it and the first that had a definite no, or where a sweep in between could not tell. Blank: gone. Marks
    are what each sweep answered. Above: what people and the vault did.
    """)


@app.cell
def _(incident):
    lanes = ask(
        DATABASE,
        """
        SELECT findings.finding_id, findings.letter_id, findings.url, findings.member, findings.severity, findings.state,
            timeline.exposed_from_at_latest, timeline.exposed_to_at_least, timeline.exposed_to_at_most,
            timeline.exposed_from_basis, timeline.exposed_to_at_most_basis, timeline.server_modified
        FROM finding_status AS findings JOIN exposure_timeline AS timeline USING (finding_id)
        WHERE findings.incident_id = ?
        ORDER BY findings.url, findings.member, findings.letter_id
    """,
        [incident["incident_id"]],
    )
    answers = ask(
        DATABASE,
        """
        SELECT states.finding_id, states.seen_at, states.presence, states.basis, states.state
        FROM sighting_states AS states JOIN findings USING (finding_id)
        WHERE findings.incident_id = ? ORDER BY states.seen_at
    """,
        [incident["incident_id"]],
    )
    acts = ask(
        DATABASE,
        """
        SELECT min(events.decided_at) AS moment,
            coalesce('reopened: ' || events.reopened, events.decision, 'note') AS what, events.decided_by AS who,
            any_value(events.note) AS note, count(*) AS findings
        FROM triage_events AS events JOIN findings USING (finding_id)
        WHERE findings.incident_id = ?
        GROUP BY coalesce(events.act_id, events.event_number::VARCHAR), what, who
        UNION ALL BY NAME
        SELECT min(log.happened_at) AS moment, 'evidence ' || log.action AS what, log.done_by AS who,
            any_value(log.reason) AS note, count(DISTINCT log.evidence_id) AS findings
        FROM evidence_log AS log
        WHERE log.evidence_id IN (
            SELECT evidence_id FROM sealed_findings JOIN findings USING (finding_id) WHERE findings.incident_id = ?
        )
        GROUP BY log.action, log.done_by
        ORDER BY moment
    """,
        [incident["incident_id"], incident["incident_id"]],
    )
    return acts, answers, lanes


@app.function
def draw_timeline(lanes: pl.DataFrame, answers: pl.DataFrame, acts: pl.DataFrame, most: int = 30) -> Figure:
    """Acts on top, a lane for each finding below, one axis of time."""
    shown = lanes.head(most)
    heights = [0.5 + 0.24 * max(acts.height, 1), 0.7 + 0.3 * max(shown.height, 1)]
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9.5, sum(heights)), sharex=True, height_ratios=heights)
    draw_acts(above, acts)
    for place, row in enumerate(shown.iter_rows(named=True)):
        colour = SEVERITY_COLOURS[row["severity"]]
        told = answers.filter(pl.col("finding_id") == row["finding_id"])
        for begin, end, is_sure in exposed_spans(list(told.select("seen_at", "presence").iter_rows())):
            below.barh(
                place,
                dates.date2num(end) - dates.date2num(begin),
                left=dates.date2num(begin),
                height=0.46,
                facecolor=colour if is_sure else "white",
                edgecolor=colour,
                alpha=0.85 if is_sure else 1.0,
                hatch="" if is_sure else "////",
                linewidth=0.8,
            )
        for answer in told.iter_rows(named=True):
            marker, ink = ANSWERS[answer["presence"]]
            below.plot(
                answer["seen_at"],
                place,
                marker,
                color=ink,
                markersize=5.5,
                markeredgewidth=1.8 if marker == "x" else 0.8,
                markeredgecolor=ink if marker == "x" else "white",
                zorder=4,
            )
    below.set_yticks(
        range(shown.height),
        [f"{row['letter_id'] or 'template'}  {row['finding_id'][:8]}" for row in shown.iter_rows(named=True)],
        family="monospace",
        fontsize=8,
    )
    below.set_ylim(shown.height - 0.4, -0.6)
    moments = [dates.date2num(moment) for moment in (*answers["seen_at"], *acts["moment"])]
    room = 0.03 * (max(moments) - min(moments) or 1)
    below.set_xlim(min(moments) - room, max(moments) + room)
    below.grid(axis="x", color=FAINT)
    below.xaxis.set_major_formatter(dates.ConciseDateFormatter(below.xaxis.get_major_locator()))
    below.set_title("What each sweep answered (● present  ◆ could not tell  × gone)")
    return figure


@app.function
def exposed_spans(told: list) -> list:
    """Begin, end, and whether it was seen at both ends with no doubt between; what is surely gone is left out."""
    spans = []
    since, doubt = None, False
    for moment, presence in told:
        if presence == "unknown":
            doubt = True
            continue
        if since is not None and "present" in (since[1], presence):
            spans.append((since[0], moment, since[1] == presence and not doubt))
        since, doubt = (moment, presence), False
    return spans


@app.function
def draw_acts(axes, acts: pl.DataFrame) -> None:
    """A line for each act, its words beside it, the first on top."""
    for place, row in enumerate(acts.iter_rows(named=True)):
        axes.plot(row["moment"], place, "|", color=ACCENT, markersize=11, markeredgewidth=2.2)
        told = f"  {row['moment']:%d %b %H:%M}  {words(row['what'])}, {row['findings']}× ({row['who']})"
        late = (
            dates.date2num(row["moment"])
            > sum(dates.date2num(moment) for moment in (acts["moment"].min(), acts["moment"].max())) / 2
        )
        axes.annotate(
            told.strip(),
            (row["moment"], place),
            xytext=(-7 if late else 7, 0),
            textcoords="offset points",
            ha="right" if late else "left",
            va="center",
            fontsize=8,
            color=INK,
        )
    axes.set_ylim(max(acts.height, 1) - 0.4, -0.6)
    axes.set_yticks([])
    axes.grid(axis="x", color=FAINT)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelbottom=False, length=0)
    axes.set_title("What was done")


@app.cell
def _(acts, answers, lanes):
    draw_timeline(lanes, answers, acts)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## The same letters elsewhere

    A letter that is taken down here and lies open there is not dealt with. One row for each letter of this incident,
    one column for each incident that holds it.
    """)


@app.cell
def _(incident):
    elsewhere = ask(
        DATABASE,
        """
        WITH ours AS (SELECT DISTINCT letter_id FROM findings WHERE incident_id = ? AND letter_id IS NOT NULL)
        SELECT status.letter_id, status.incident_id, any_value(coalesce(status.supplier, 'own')) AS supplier,
            any_value(status.host) AS host, count(*) AS places,
            arg_min(status.state, list_position(['new', 'reappeared', 'open', 'unknown', 'gone'], status.state)) AS state
        FROM finding_status AS status JOIN ours USING (letter_id)
        GROUP BY status.letter_id, status.incident_id
        ORDER BY status.letter_id, status.incident_id
    """,
        [incident["incident_id"]],
    )
    return (elsewhere,)


@app.function
def draw_elsewhere(elsewhere: pl.DataFrame, this: str) -> Figure:
    """A tile for each letter and incident, in the colour of the worst state there."""
    letters = elsewhere["letter_id"].unique().sort().to_list()
    ranked = elsewhere.group_by("incident_id").agg(
        pl.col("supplier").first(), pl.col("host").first(), pl.len().alias("held")
    )
    others = (
        ranked.filter(pl.col("incident_id") != this)
        .sort("held", "incident_id", descending=True)["incident_id"]
        .to_list()
    )
    columns = [this, *others]
    names = {
        row["incident_id"]: f"{short(row['supplier'], 22)}\n{row['incident_id'][:8]}"
        for row in ranked.iter_rows(named=True)
    }
    figure, axes = pyplot.subplots(figsize=(min(10, 2.6 + 1.15 * len(columns)), 1.3 + 0.34 * len(letters)))
    for row in elsewhere.iter_rows(named=True):
        x, y = columns.index(row["incident_id"]), letters.index(row["letter_id"])
        axes.add_patch(pyplot.Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, color=STATE_COLOURS[row["state"]]))
        axes.annotate(
            f"{row['state']}" + (f" {row['places']}×" if row["places"] > 1 else ""),
            (x, y),
            ha="center",
            va="center",
            fontsize=8,
            color=INK if row["state"] in ("open", "gone") else "white",
        )
    axes.set_xlim(-0.55, len(columns) - 0.45)
    axes.set_ylim(len(letters) - 0.45, -0.55)
    axes.set_yticks(range(len(letters)), letters, family="monospace")
    axes.set_xticks(range(len(columns)), [names[column] for column in columns], fontsize=7.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.get_xticklabels()[0].set_fontweight("bold")
    return figure


@app.cell
def _(elsewhere, incident):
    draw_elsewhere(elsewhere, incident["incident_id"]) if elsewhere.height else mo.md("No letter of the pack is in it.")
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Bounds, each with what it rests on

    The server's Last-Modified is a date of the file. It is shown beside the bounds and is none of them: a file can lie
    there for years before anybody opens the folder to the world.
    """)


@app.cell
def _(lanes):
    lanes.select(
        "letter_id",
        pl.Series(
            "where",
            [short(masked(url, member), 60) for url, member in lanes.select("url", "member").iter_rows()],
            dtype=pl.String,
        ),
        pl.col("exposed_from_at_latest").dt.strftime("%d %b %H:%M").alias("from, at the latest"),
        pl.col("exposed_from_basis").alias("because"),
        pl.col("exposed_to_at_least").dt.strftime("%d %b %H:%M").alias("to, at the least"),
        pl.col("exposed_to_at_most").dt.strftime("%d %b %H:%M").fill_null("open").alias("to, at the most"),
        pl.col("exposed_to_at_most_basis").fill_null("-").alias("because of"),
        pl.col("server_modified").dt.strftime("%Y-%m-%d").fill_null("-").alias("file's date"),
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## How anybody could get there
    """)


@app.cell
def _(incident):
    ask(
        DATABASE,
        """
        SELECT exposure.transport, exposure.tls, exposure.auth_above AS login_above, exposure.listed, exposure.folder_listed,
            exposure.indexable, exposure.index_basis, count(*) AS findings
        FROM exposure JOIN findings USING (finding_id)
        WHERE findings.incident_id = ? GROUP BY ALL ORDER BY findings DESC
    """,
        [incident["incident_id"]],
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## What is kept as proof
    """)


@app.cell
def _(incident):
    kept = ask(
        DATABASE,
        """
        SELECT sealed.evidence_id, sealed.fetched_at, sealed.captured_by, sealed.reason, sealed.size, sealed.sha256,
            len(sealed.recipients) AS sealed_to_keys, count(*) AS findings
        FROM sealed_evidence AS sealed JOIN sealed_findings USING (evidence_id) JOIN findings USING (finding_id)
        WHERE findings.incident_id = ? GROUP BY ALL ORDER BY sealed.fetched_at
    """,
        [incident["incident_id"]],
    )
    kept if kept.height else mo.md(
        "Digests only. `stray evidence capture ID` keeps the file, sealed to the responders."
    )
    return


if __name__ == "__main__":
    app.run()
