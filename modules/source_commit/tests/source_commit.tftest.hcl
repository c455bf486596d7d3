# The fixtures are .git folders under other names: git does not store a .git inside a checkout.

run "branch" {
  command = plan

  variables {
    git_path = "tests/fixtures/branch"
  }

  assert {
    condition     = output.commit == "1111111111111111111111111111111111111111"
    error_message = "commit is ${output.commit}."
  }
}

run "packed" {
  command = plan

  variables {
    git_path = "tests/fixtures/packed"
  }

  assert {
    condition     = output.commit == "2222222222222222222222222222222222222222"
    error_message = "commit is ${output.commit}."
  }
}

run "detached" {
  command = plan

  variables {
    git_path = "tests/fixtures/detached"
  }

  assert {
    condition     = output.commit == "6666666666666666666666666666666666666666"
    error_message = "commit is ${output.commit}."
  }
}

run "linked" {
  command = plan

  variables {
    git_path = "tests/fixtures/linked"
  }

  assert {
    condition     = output.commit == "7777777777777777777777777777777777777777"
    error_message = "commit is ${output.commit}."
  }
}

run "unborn" {
  command = plan

  variables {
    git_path = "tests/fixtures/unborn"
  }

  assert {
    condition     = output.commit == "unknown"
    error_message = "commit is ${output.commit}."
  }
}

run "absent" {
  command = plan

  variables {
    git_path = "tests/fixtures/absent"
  }

  assert {
    condition     = output.commit == "unknown"
    error_message = "commit is ${output.commit}."
  }
}
