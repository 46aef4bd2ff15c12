"""Matcher: how sure its verdicts are, how often chance would come as far, and what people found to be wrong."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Matcher: calibration and false matches")

with app.setup:
    import math
    import os

    import marimo as mo
    import polars as pl
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    from findings.frames import ask, database_at
    from reports.plot_style import ACCENT, FAINT, INK, STYLE, VERDICT_COLOURS, masked, short, stacked, words

    DATABASE = database_at(os.environ.get("STRAY_DB"))
    pyplot.rcParams.update(STYLE)
    ANCHORS = {"agree": "#009e73", "absent": "#cfd6dc", "conflict": "#d55e00"}
    MARKERS = {"agree": "o", "conflict": "X", "absent": "s", "no register": "D"}


@app.cell(hide_code=True)
def _():
    mo.md("""
    # Matcher: calibration and false matches

    The hard part is not to find the right letter but not to cry wolf: letters of one clinic share most of their words.
    This page asks of what the sweeps have seen: how far are true letters from everything else, how often would another
    patient's letter come as far by chance, do identifiers bear the verdicts out, do verdicts waver from sweep to sweep,
    and what did people find to be wrong. Rates of rare events are given with their 95 % upper bound, never below 3/n.

    Another database: `STRAY_DB=findings.duckdb marimo edit notebooks/matcher.py`. The calibration of a pack itself, on
    letters that are held out, is `stray pack calibrate --plot`.
    """)


@app.cell
def _():
    verdicts = ask(
        DATABASE,
        """
        SELECT verdict, count(DISTINCT sha256) AS contents, count(*) AS documents FROM documents GROUP BY verdict
    """,
    )
    return (verdicts,)


@app.function
def draw_verdicts(verdicts: pl.DataFrame) -> Figure:
    """How many different contents got each verdict, the strongest on top."""
    counts = dict(verdicts.select("verdict", "contents").iter_rows())
    names = [name for name in VERDICT_COLOURS if name in counts]
    figure, axes = pyplot.subplots(figsize=(8.5, 2.6))
    bars = axes.barh(
        range(len(names)), [counts[name] for name in names], color=[VERDICT_COLOURS[name] for name in names], height=0.7
    )
    axes.bar_label(bars, padding=4, fontsize=8.5)
    axes.set_yticks(range(len(names)), [words(name) for name in names])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("different contents that were read")
    axes.set_title("What became of everything that was read")
    return figure


@app.cell
def _(verdicts):
    draw_verdicts(verdicts)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## How far true letters are from everything else

    Each mark is one document and one letter, as last matched. To the right: more distinctive characters that agree. Up:
    more of the letter is there. The shape says what the register's identifiers (name, numbers, date of birth) do: a
    cross means that the document names *somebody else*, and then no amount of common wording makes it a known letter.
    Recordings are left out: their evidence is sound.
    """)


@app.cell
def _():
    matches = ask(
        DATABASE,
        """
        WITH latest AS (
            SELECT matches.* FROM matches JOIN documents USING (sweep_id, unit_id, document_number)
            WHERE documents.media_type NOT LIKE 'audio/%' -- of a recording, evidence is counted in sound, not in letters
            QUALIFY row_number() OVER (
                PARTITION BY matches.url, matches.member, matches.letter_id, matches.verdict ORDER BY matches.sweep_id DESC
            ) = 1
        )
        SELECT url, member, letter_id, verdict, containment, coverage, evidence, false_per_million, finding_id,
            CASE
                WHEN cardinality(anchors) = 0 THEN 'no register'
                WHEN list_contains(map_values(anchors), 'conflict') THEN 'conflict'
                WHEN list_contains(map_values(anchors), 'agree') THEN 'agree'
                ELSE 'absent'
            END AS anchor
        FROM latest WHERE letter_id IS NOT NULL AND evidence IS NOT NULL
    """,
    )
    return (matches,)


@app.function
def draw_evidence(matches: pl.DataFrame) -> Figure:
    """Evidence against the share of the letter."""
    figure, axes = pyplot.subplots(figsize=(8.8, 4.6))
    for verdict, colour in VERDICT_COLOURS.items():
        for anchor, marker in MARKERS.items():
            rows = matches.filter((pl.col("verdict") == verdict) & (pl.col("anchor") == anchor))
            if rows.height:
                axes.scatter(
                    rows["evidence"],
                    rows["containment"] * 100,
                    s=62 if marker == "X" else 38,
                    marker=marker,
                    color=colour,
                    alpha=0.7,
                    edgecolor="white",
                    linewidth=0.6,
                    label=f"{words(verdict)}, identifiers: {anchor}",
                )
    axes.set_xscale("log")
    axes.set_xlabel("evidence: distinctive characters that agree")
    axes.set_ylabel("share of the letter, %")
    axes.set_ylim(0, 105)
    axes.grid(color=FAINT)
    axes.legend(loc="lower right")
    axes.set_title("Evidence and share of the letter, by verdict and identifiers")
    return figure


@app.cell
def _(matches):
    draw_evidence(matches)
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## How often chance would come as far

    Each match carries the number of documents, of a million of *other* patients' letters, that would come as far by
    chance at most (95 %). The step shows how many matches are at least so sure; the dotted line is what one more
    false finding among all documents read so far would need. The matcher claims nothing better than 0.01.
    """)


@app.function
def draw_chance(matches: pl.DataFrame, documents: int) -> Figure:
    """A cumulative step over the expectation of false matches."""
    known = matches.filter(pl.col("false_per_million").is_not_null()).sort("false_per_million")
    figure, axes = pyplot.subplots(figsize=(8.8, 3.2))
    values = known["false_per_million"].to_list()
    axes.step(values, range(1, len(values) + 1), where="post", color=ACCENT, linewidth=2)
    axes.scatter(values, range(1, len(values) + 1), s=10, color=ACCENT)
    one = 1_000_000 / max(documents, 1)
    axes.axvline(one, color="#d55e00", linestyle=":", linewidth=1.6)
    axes.annotate(
        f"one false match\namong {documents:,} documents",
        (one, len(values) / 2),
        xytext=(-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=8.5,
        color="#d55e00",
    )
    axes.set_xscale("log")
    axes.set_xlim(0.005, max(one * 2, 1))
    axes.set_ylim(0, len(values) * 1.08 + 1)
    axes.set_xlabel("false matches in a million documents of others, at most")
    axes.set_ylabel("matches at least so sure")
    axes.grid(color=FAINT)
    axes.set_title("Expectation of chance")
    return figure


@app.cell
def _(matches, verdicts):
    draw_chance(matches, int(verdicts["contents"].sum()))
    return


@app.cell
def _(matches, verdicts):
    _weakest = matches["false_per_million"].max()
    _documents = int(verdicts["contents"].sum())
    mo.md(
        f"The weakest known letter would be matched by chance in at most {_weakest:.3g} of a million documents. Were all "
        f"{_documents:,} contents that were read other patients' letters, that is {_weakest * _documents / 1e6:.2g} false "
        "findings at most."
        if _weakest is not None
        else "No match carries an expectation: the pack is not calibrated."
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Do the identifiers bear it out?

    Identifiers are looked up after the text has matched, so they are a second witness. Known letters whose identifiers
    *conflict* would be false matches that the text alone could not tell; there should be none.
    """)


@app.cell
def _():
    anchors = ask(
        DATABASE,
        """
        WITH latest AS (
            SELECT * FROM matches WHERE letter_id IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY url, member, letter_id ORDER BY sweep_id DESC) = 1
        ), told AS (SELECT verdict, unnest(map_entries(anchors)) AS anchor FROM latest)
        SELECT verdict, anchor.key AS kind, anchor.value AS answer, count(*) AS matches
        FROM told GROUP BY ALL ORDER BY verdict, kind
    """,
    )
    return (anchors,)


@app.function
def draw_anchors(anchors: pl.DataFrame) -> Figure:
    """A bar for each verdict and kind of identifier."""
    keys = list(anchors.select("verdict", "kind").unique().sort("verdict", "kind").iter_rows())
    counts = {
        (verdict, kind, answer): number
        for verdict, kind, answer, number in anchors.select("verdict", "kind", "answer", "matches").iter_rows()
    }
    parts = {answer: [counts.get((*key, answer), 0) for key in keys] for answer in ANCHORS}
    figure, axes = pyplot.subplots(figsize=(8.8, 0.9 + 0.32 * max(len(keys), 1)))
    stacked(axes, [f"{words(verdict)}: {words(kind)}" for verdict, kind in keys], parts, ANCHORS)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="identifier")
    axes.set_xlabel("matches")
    axes.set_title("Identifiers of the register, beside the text's verdict")
    return figure


@app.cell
def _(anchors):
    draw_anchors(anchors) if anchors.height else mo.md("The pack has no register.")
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## What people found to be wrong

    The share of judged findings that somebody called a false positive, by verdict. The bar is the 95 % interval: with
    few judgements it is wide, and *none wrong of n* still means *up to 3/n*. Template verdicts say *no known letter*, so
    a false positive there is one of the organisation's own forms or inventions.
    """)


@app.cell
def _():
    judged = ask(
        DATABASE,
        """
        WITH decided AS (
            SELECT finding_id, arg_max(decision, event_number) AS decision FROM triage_events
            WHERE reopened IS NULL AND decision IN ('confirmed', 'false_positive', 'reported', 'taken_down', 'closed', 'accepted_until')
            GROUP BY finding_id
        )
        SELECT findings.verdict, count(*) AS judged, count(*) FILTER (decided.decision = 'false_positive') AS wrong
        FROM findings JOIN decided USING (finding_id) GROUP BY findings.verdict
    """,
    )
    return (judged,)


@app.function
def interval(wrong: int, judged: int, tail: float = 0.025) -> tuple[float, float]:
    """Exact 95 % bounds of a share (Clopper and Pearson); the upper one never below 3/n."""

    def at_most(count: int, share: float) -> float:
        return sum(math.comb(judged, k) * share**k * (1 - share) ** (judged - k) for k in range(count + 1))

    def solved(reached) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if reached(middle) else (low, middle)
        return low

    lower = 0.0 if wrong == 0 else solved(lambda share: 1 - at_most(wrong - 1, share) < tail)
    upper = 1.0 if wrong == judged else solved(lambda share: at_most(wrong, share) > tail)
    return lower, min(1.0, max(upper, 3 / judged))


@app.function
def draw_judged(judged: pl.DataFrame) -> Figure:
    """An interval for each verdict."""
    rows = [row for name in VERDICT_COLOURS for row in judged.filter(pl.col("verdict") == name).iter_rows(named=True)]
    figure, axes = pyplot.subplots(figsize=(8.8, 1.2 + 0.5 * max(len(rows), 1)))
    for place, row in enumerate(rows):
        low, high = interval(row["wrong"], row["judged"])
        axes.plot(
            [100 * low, 100 * high],
            [place, place],
            color=VERDICT_COLOURS[row["verdict"]],
            linewidth=7,
            solid_capstyle="butt",
            alpha=0.45,
        )
        axes.plot(100 * row["wrong"] / row["judged"], place, "o", color=VERDICT_COLOURS[row["verdict"]], markersize=8)
        axes.annotate(
            f"{row['wrong']} of {row['judged']} wrong; at most {100 * high:.0f} %",
            (100 * high, place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK,
        )
    axes.set_yticks(range(len(rows)), [words(row["verdict"]) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-2, 135)
    axes.set_xticks(range(0, 101, 20))
    axes.grid(axis="x", color=FAINT)
    axes.set_xlabel("judged false positive, %")
    axes.set_title("False positives among what people have judged")
    return figure


@app.cell
def _(judged):
    draw_judged(judged) if judged.height else mo.md("Nobody has judged anything yet.")
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## Do verdicts waver?

    The same bytes should get the same verdict in every sweep. A change of the pack or of Stray shows here first.
    """)


@app.cell
def _():
    wavering = ask(
        DATABASE,
        """
        SELECT documents.sha256[:12] AS content, matches.letter_id, count(DISTINCT matches.sweep_id) AS sweeps,
            list_sort(list_distinct(list(matches.verdict))) AS verdicts, min(matches.evidence) AS least,
            max(matches.evidence) AS most, count(DISTINCT sweeps.pack_check) AS packs, count(DISTINCT sweeps.stray_version) AS versions
        FROM matches JOIN documents USING (sweep_id, unit_id, document_number) JOIN sweeps USING (sweep_id)
        GROUP BY documents.sha256, matches.letter_id
    """,
    )
    _unsteady = wavering.filter(
        (pl.col("verdicts").list.len() > 1) | (pl.col("most") - pl.col("least") > 0.01 * pl.col("most"))
    )
    mo.vstack(
        [
            mo.md(
                f"{wavering.height} pairs of content and letter, {wavering.filter(pl.col('sweeps') > 1).height} of them seen in several sweeps; **{_unsteady.height}** waver."
            ),
            _unsteady if _unsteady.height else mo.md(""),
        ]
    )
    return


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## The weakest, and what nobody could judge

    The matches with the least evidence are where a false one would hide: look at these with your own eyes first.
    """)


@app.cell
def _(matches):
    _weak = matches.filter(pl.col("verdict") == "known_letter").sort("evidence").head(12)
    _weak.select(
        "letter_id",
        pl.Series(
            "where",
            [short(masked(url, member), 56) for url, member in _weak.select("url", "member").iter_rows()],
            dtype=pl.String,
        ),
        pl.col("evidence").round(0),
        (pl.col("containment") * 100).round(0).alias("share of letter, %"),
        (pl.col("coverage") * 100).round(0).alias("share of document, %"),
        pl.col("anchor").alias("identifiers"),
        "false_per_million",
        pl.col("finding_id").str.head(8),
    )
    return


@app.cell
def _():
    ask(
        DATABASE,
        """
        SELECT regexp_replace(reasons[1], '[0-9][0-9,.]*', 'n', 'g') AS why, count(DISTINCT sha256) AS contents,
            list_sort(list_distinct(list(media_type))) AS types
        FROM to_look_at GROUP BY why ORDER BY contents DESC
    """,
    )
    return


if __name__ == "__main__":
    app.run()
