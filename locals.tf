# What Terraform reads from the checkout: the images of each region, and the commit that it stands at.
locals {
  rendered_images = jsondecode(file("${path.root}/rendered/images.json"))
  region_images   = local.rendered_images.regions[data.aws_region.current.id]
  images = {
    for framework, image in local.rendered_images.images : "${framework}_image" =>
    "${local.region_images[framework]}.dkr.ecr.${data.aws_region.current.id}.${local.region_images.domain}/${image.repository}:${image.tag}"
  }

  # HEAD holds a commit, or the branch whose commit is in a file of its own or in packed-refs. In a linked work tree
  # .git is a file that names HEAD's folder. Without any of it (a downloaded archive) the commit is unknown.
  git_dir    = try(trimspace(regex("^gitdir: (.+)", file("${path.root}/.git"))[0]), "${path.root}/.git")
  git_common = try("${local.git_dir}/${trimspace(file("${local.git_dir}/commondir"))}", local.git_dir)
  git_head   = try(trimspace(file("${local.git_dir}/HEAD")), "")
  git_branch = trimprefix(local.git_head, "ref: ")
  source_commit = try(
    regex("^[0-9a-f]{40,64}$", local.git_head),
    regex("^[0-9a-f]{40,64}$", trimspace(file("${local.git_common}/${local.git_branch}"))),
    [for line in split("\n", file("${local.git_common}/packed-refs")) : split(" ", line)[0] if endswith(trimspace(line), " ${local.git_branch}")][0],
    "unknown",
  )
}
