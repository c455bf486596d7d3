variable "git_path" {
  description = "Path of a checkout's .git: the folder, or the file that stands for it in a linked work tree. It need not exist."
  type        = string
}
