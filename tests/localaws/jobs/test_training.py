from __future__ import annotations

from .conftest import BUCKET, World, adult_like


def test_xgboost_trains(world: World) -> None:
    train = world.put("tr/train/train.csv", adult_like())
    val = world.put("tr/val/val.csv", adult_like(seed=8))
    name = world.training(
        {"train": f"s3://{BUCKET}/tr/train", "validation": val},
        {"num_round": "5", "objective": "binary:logistic", "eval_metric": "auc"},
    )
    described = world.finish("TrainingJob", name)
    assert described["TrainingJobStatus"] == "Completed", (described, world.log("TrainingJob", name))
    print(described, world.log("TrainingJob", name), train)
