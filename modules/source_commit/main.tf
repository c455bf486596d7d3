# Terraform reads git's own files: no external program runs. HEAD holds a commit, or the branch whose commit is in a
# file of its own or in packed-refs (https://git-scm.com/docs/gitrepository-layout).
locals {
  linked_folder = try(trimspace(regex("^gitdir: (.+)", file(var.git_path))[0]), null)
  folder        = coalesce(local.linked_folder, var.git_path)
  common_folder = try("${local.folder}/${trimspace(file("${local.folder}/commondir"))}", local.folder)

  head      = try(trimspace(file("${local.folder}/HEAD")), "")
  reference = trimprefix(local.head, "ref: ")
  packed = {
    for line in try(split("\n", file("${local.common_folder}/packed-refs")), []) :
    trimspace(split(" ", line)[1]) => split(" ", line)[0]... if can(regex("^[0-9a-f]{40,64} refs/", line))
  }
}
