"""How long a film from words takes, on the processor: the head's own 4.1 s, enlarged to 256 pixels.

    PYTHONPATH=. python benchmarks/generate_speed.py --threads 2 --result results/generate_speed.json

Cold: `ta-v2a generate` as a command, from its start to the finished film. Warm: a film of several that one
command makes, its pictures and its sound, loading apart; the mean. A prompt that tells a number draws
`drafts` films and keeps one; the other prompt tells none.
"""

from tempfile import TemporaryDirectory

from measuring import begun, keep, number, options, show, ta_v2a

from ta_v2a.presets.resolve import resolve

PROMPTS = {
    "no number told": "a saw cuts a plank of wood",
    "a number told": "a hammer strikes an anvil three times",
}


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--takes", type=int, default=5, help="films of the warm command")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    rows: list[tuple[str, float]] = []
    figures = []
    with TemporaryDirectory() as folder:
        for name, prompt in PROMPTS.items():
            words = ("generate", prompt, "--preset", given.preset, "-o", f"{folder}/{len(rows)}.mp4")
            cold = ta_v2a(*words, threads=given.threads)
            warm = ta_v2a(
                *words[:-1], f"{folder}/{len(rows)}-.mp4", "--takes", given.takes, threads=given.threads
            )
            spent = warm.report["seconds"]
            told = {
                f"cold: whole command, {name}": cold.seconds,
                f"warm: pictures, {name}": spent["filming"] / given.takes,
                f"warm: sound, {name}": spent["sounding"] / given.takes,
                f"warm: whole film, {name}": (spent["filming"] + spent["sounding"]) / given.takes,
            }
            figures += [
                number("time", of, value, "s", n=given.takes, variant="mean") for of, value in told.items()
            ]
            figures.append(number("peak memory", name, cold.peak_mib, "MiB", variant="highest"))
            rows += [*told.items(), (f"peak memory, MiB, {name}", cold.peak_mib)]
    show({name: round(value, 3) for name, value in rows}, ("what", "seconds"), rows)
    keep(noted, given.preset, figures, weights=resolve(given.preset), details={"threads": given.threads})


if __name__ == "__main__":
    main()
