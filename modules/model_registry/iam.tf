# A resource policy names an account as a whole: which of its roles and users may do this, its own policies decide.
data "aws_iam_policy_document" "consumers" {
  count = length(var.consumer_account_ids) > 0 ? 1 : 0

  statement {
    sid       = "ReadGroup"
    actions   = ["sagemaker:DescribeModelPackageGroup"]
    resources = ["${local.arn_start}:model-package-group/${var.name}"]

    principals {
      type        = "AWS"
      identifiers = [for id in sort(var.consumer_account_ids) : "arn:${data.aws_partition.current.partition}:iam::${id}:root"]
    }
  }

  statement {
    sid = "ReadAndDeployVersions"
    actions = [
      "sagemaker:CreateModel",
      "sagemaker:DescribeModelPackage",
      "sagemaker:ListModelPackages",
    ]
    resources = ["${local.arn_start}:model-package/${var.name}/*"]

    principals {
      type        = "AWS"
      identifiers = [for id in sort(var.consumer_account_ids) : "arn:${data.aws_partition.current.partition}:iam::${id}:root"]
    }
  }
}

resource "aws_sagemaker_model_package_group_policy" "this" {
  count = length(var.consumer_account_ids) > 0 ? 1 : 0

  model_package_group_name = aws_sagemaker_model_package_group.this.model_package_group_name
  resource_policy          = data.aws_iam_policy_document.consumers[0].json
}
