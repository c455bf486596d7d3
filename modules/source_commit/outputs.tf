output "commit" {
  description = "Commit that the checkout stands at, 40 or 64 hexadecimal digits, or unknown where there is no git checkout or no commit."
  value = try(
    regex("^[0-9a-f]{40,64}$", local.head),
    regex("^[0-9a-f]{40,64}$", trimspace(file("${local.common_folder}/${local.reference}"))),
    local.packed[local.reference][0],
    "unknown",
  )
}
