# The images of AWS in this region, from the rendered table.
locals {
  rendered_images = jsondecode(file("${path.root}/rendered/images.json"))
  region_images   = local.rendered_images.regions[data.aws_region.current.id]
  images = {
    for framework, image in local.rendered_images.images : "${framework}_image" =>
    "${local.region_images[framework]}.dkr.ecr.${data.aws_region.current.id}.${local.region_images.domain}/${image.repository}:${image.tag}"
  }
}
