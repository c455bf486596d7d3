from __future__ import annotations

from .conftest import BUCKET, World


def test_a_script_from_s3_reads_its_input_and_its_output_lands_in_s3(world: World) -> None:
    data = world.put("in/data.csv", "1,2\n")
    name = world.processing(
        "open('/opt/ml/processing/output/copy.csv', 'w').write(open('/opt/ml/processing/input/data/data.csv').read()*2)\n"
        "print('copied')\n",
        inputs={"data": (data, "/opt/ml/processing/input/data")},
        outputs={"out": (f"s3://{BUCKET}/out/first", "/opt/ml/processing/output")},
    )
    described = world.finish("ProcessingJob", name)
    assert described["ProcessingJobStatus"] == "Completed", described
    assert world.get(f"s3://{BUCKET}/out/first/copy.csv") == b"1,2\n1,2\n"
    assert world.log("ProcessingJob", name) == ["copied"]
