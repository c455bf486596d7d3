"""A student's training script for SDK v3's ModelTrainer in script mode."""

import argparse
import os

import pandas as pd
import xgboost

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max_depth", type=int, default=3)
    parser.add_argument("--num_round", type=int, default=10)
    args = parser.parse_args()

    df = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"), header=None)
    matrix = xgboost.DMatrix(df.iloc[:, 1:].to_numpy(), label=df.iloc[:, 0].to_numpy())
    booster = xgboost.train(
        {"objective": "binary:logistic", "max_depth": args.max_depth}, matrix, num_boost_round=args.num_round
    )
    booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model.json"))
    os.rename(
        os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model.json"),
        os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model"),
    )
