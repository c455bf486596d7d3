"""Run every case of bad data and print, as JSON, what the job said: messages.py JOBS CASES_FOLDER WORK_FOLDER.

It runs in an image's environment, where there is no pytest.
"""

import contextlib
import io
import json
import sys
import types
from pathlib import Path

jobs, cases, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
package = types.ModuleType("jobs")
package.__path__ = [jobs]
sys.modules["jobs"] = package
sys.path.insert(0, cases)

import job_cases  # noqa: E402
from jobs.cli import main  # noqa: E402

(work / "data").mkdir(parents=True)
(work / "schema.json").write_text(json.dumps(job_cases.SCHEMA))
said = {}
for name, (content, _) in job_cases.BAD_DATA.items():
    (work / "data/people.csv").write_bytes(content)
    paths = ["--input", str(work / "data"), "--schema", str(work / "schema.json"), "--output", str(work / "output")]
    with contextlib.redirect_stderr(io.StringIO()) as stderr:
        code = main(["--message-file", str(work / "message"), "preprocess", *paths])
    said[name] = [code, stderr.getvalue(), (work / "output").exists()]
print(json.dumps(said))
