"""A student's preprocessing script, as the SDK v2 era's tutorials have it: paths hard-coded, scikit-learn, headerless CSV out."""

import argparse
import os

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--random-state", type=int, default=0)
    args = parser.parse_args()

    base_dir = "/opt/ml/processing"
    df = pd.read_csv(f"{base_dir}/input/adult.csv", na_values=["?"])
    y = (df.pop("income").str.strip() == ">50K").astype(int)
    numeric = df.select_dtypes("number").columns
    categorical = df.columns.difference(numeric)
    columns = ColumnTransformer(
        [
            ("num", StandardScaler(), numeric),
            ("cat", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categorical),
        ]
    )
    X = pd.DataFrame(columns.fit_transform(df))
    X.insert(0, "y", y.to_numpy())
    train, rest = train_test_split(X, test_size=0.3, random_state=args.random_state, stratify=X["y"])
    validation, test = train_test_split(rest, test_size=0.5, random_state=args.random_state, stratify=rest["y"])
    for name, part in (("train", train), ("validation", validation), ("test", test)):
        os.makedirs(f"{base_dir}/{name}", exist_ok=True)
        part.to_csv(f"{base_dir}/{name}/{name}.csv", header=False, index=False)
