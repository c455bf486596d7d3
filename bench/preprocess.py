"""Seconds and memory of preprocessing against plain pandas and scikit-learn: python bench/preprocess.py [ROWS].

Both read the bundled data repeated to ROWS rows (default one million), split it 70/15/15 by class, encode it and
write three CSV files; ours also checks every row, writes the raw training rows and a servable encoder. Each runs in a
process of its own, three times in turns; the medians are compared.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADULT = ROOT / "data/adult"
RUNS = 3


def ours(data: Path, output: Path) -> None:
    sys.path.insert(0, str(ROOT / "python"))
    from mlops.jobs.training.preprocess import preprocess

    preprocess(data, ADULT / "schema.json", output, seed=42)


def plain(data: Path, output: Path) -> None:
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import OrdinalEncoder

    frame = pd.read_csv(data, na_values=["?"]).drop(columns="fnlwgt")
    label = (frame.pop("income") == ">50K").astype(int)
    categories = list(frame.select_dtypes("str").columns)
    train, rest = train_test_split(frame.index, train_size=0.7, stratify=label, random_state=42)
    validation, test = train_test_split(rest, train_size=0.5, stratify=label[rest], random_state=42)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(frame.loc[train, categories])
    frame[categories] = pd.DataFrame(encoder.transform(frame[categories]), columns=categories)
    frame.insert(0, "label", label)
    output.mkdir()
    for name, rows in (("train", train), ("validation", validation), ("test", test)):
        frame.loc[rows].to_csv(output / f"{name}.csv", index=False, header=False)


def measured(way: str, data: Path, output: Path) -> list[float]:
    """Wall and processor seconds without Python's start, and peak resident megabytes."""
    command = [sys.executable, __file__, "--one", way, str(data), str(output)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    return [float(number) for number in answer.split()]


def repeated(rows: int, folder: Path) -> Path:
    header, body = (ADULT / "adult.csv").read_text().split("\n", 1)
    lines = body.splitlines()
    path = folder / "data.csv"
    with path.open("w") as file:
        file.write(header + "\n")
        for start in range(0, rows, len(lines)):
            file.write("\n".join(lines[: rows - start]) + "\n")
    return path


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = repeated(rows, folder)
        results: dict[str, list[list[float]]] = {"ours": [], "plain": []}
        for run in range(RUNS):
            for way, found in results.items():
                found.append(measured(way, data, folder / f"{way}{run}"))
    medians = {
        way: [statistics.median(values) for values in zip(*found, strict=True)] for way, found in results.items()
    }
    for way, (seconds, processor, megabytes) in medians.items():
        print(f"{way:6} {rows} rows  {seconds:6.2f} s  {processor:6.2f} s of processor  {megabytes:6.0f} MB")
    ratios = [theirs / own for own, theirs in zip(medians["ours"], medians["plain"], strict=True)]
    print("plain pandas takes {:.1f} times the time, {:.1f} of processor, {:.2f} times the memory".format(*ratios))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        started, used = time.perf_counter(), time.process_time()
        {"ours": ours, "plain": plain}[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(time.perf_counter() - started, time.process_time() - used, peak)
    else:
        main()
