# A platform team's own root: its names, its key, its image, its definition, and nothing of the product's own root.
provider "aws" {
  region = var.region

  default_tags {
    tags = { Team = "risk-platform" }
  }
}

module "storage" {
  source = "../../modules/storage"

  bucket_name    = "acme-risk-ml-${var.stage}"
  code_directory = "${path.module}/jobs"
  kms_key_arn    = var.kms_key_arn
  schema_file    = "${path.module}/data/schema.json"

  prefixes  = { code = "code", data = "input/claims", schema = "input/schema" }
  retention = { prefix_days = { "profiles/" = 365 } }
}

module "profiling" {
  source = "../../modules/training_pipeline"

  name        = "acme-claims-profile-${var.stage}"
  description = "Profiles the claims that came in."
  images      = { python_image = var.image }

  definition = {
    template           = "${path.module}/pipeline.json.tftpl"
    parameter_defaults = { InstanceType = "ml.t3.large" }
    values = {
      claims_uri = module.storage.input_data_uri
      code_uri   = module.storage.code_uri
    }
  }

  storage = {
    bucket         = module.storage.bucket
    kms_key_arn    = var.kms_key_arn
    read_prefixes  = ["code", "input"]
    write_prefixes = ["profiles"]
  }
}
