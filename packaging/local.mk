# SPDX-License-Identifier: MIT
# What is installed beside the programs and their pages. Each directory may be given to make:
# make install zshcompletiondir=/usr/share/zsh/vendor-completions

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = \
  packaging/completions/bash/paperspacefs \
  packaging/completions/bash/paperspace-emulator
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = \
  packaging/completions/zsh/_paperspacefs \
  packaging/completions/zsh/_paperspace-emulator
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = \
  packaging/completions/fish/paperspacefs.fish \
  packaging/completions/fish/paperspace-emulator.fish
