# Whether what these inputs ask for is in service. A deployment brings another configuration, and all that a plan sees of
# it is its name: so a name ends in a hash of each setting that outlives a model. `mlops deploy` ends its names alike.
locals {
  settings = {
    capture   = jsonencode(null)
    instances = jsonencode(var.instances)
    other     = jsonencode({ kms_key_arn = null, variant_name = var.variant_name })
  }
  said = {
    capture   = "the absence of capture"
    instances = "instances"
    other     = "variant_name"
  }

  parts       = sort(keys(local.settings))
  hashes      = { for part in local.parts : part => substr(sha256(local.settings[part]), 0, 3) }
  config_name = "${var.name}-${join("", values(local.hashes))}"

  # A deployment's name has ten more characters, for which a long name of the endpoint makes room. Any other name was
  # given by somebody else and says nothing of settings.
  serving = aws_sagemaker_endpoint.this.endpoint_config_name
  serving_hashes = try(
    regex("^${substr(var.name, 0, 42)}[A-Za-z0-9-]*-([0-9a-f]{9})(?:-[0-9a-z]{10})?$", local.serving)[0],
    join("", values(local.hashes)),
  )
  not_in_service = [for number, part in local.parts : local.said[part] if substr(local.serving_hashes, 3 * number, 3) != local.hashes[part]]
}

check "settings_in_service" {
  assert {
    condition     = length(local.not_in_service) == 0
    error_message = "Endpoint ${var.name} goes on with the configuration ${local.serving}, which differs from these inputs in ${join(" and in ", local.not_in_service)}. To bring them into service without a pause: mlops deploy, with --endpoint, --instance-type or --instance-count. To recreate the endpoint, with the model that it began with: terraform apply -replace='ADDRESS', ADDRESS being that of this module's aws_sagemaker_endpoint_configuration.this in terraform state list (and once more if the old endpoint was not gone yet)."
  }
}
