# SPDX-License-Identifier: MIT
# What is installed beside the programs and their pages. Each directory may be given to make:
# make install zshcompletiondir=/usr/share/zsh/vendor-completions

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = packaging/completions/bash/paperspacefs
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = packaging/completions/zsh/_paperspacefs
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = packaging/completions/fish/paperspacefs.fish
if EMULATOR
dist_bashcompletion_DATA += packaging/completions/bash/paperspace-emulator
dist_zshcompletion_DATA += packaging/completions/zsh/_paperspace-emulator
dist_fishcompletion_DATA += packaging/completions/fish/paperspace-emulator.fish
else
EXTRA_DIST += \
  packaging/completions/bash/paperspace-emulator \
  packaging/completions/zsh/_paperspace-emulator \
  packaging/completions/fish/paperspace-emulator.fish
endif

# Units; the directories are those of the prefix, which systemd looks into for /usr and /usr/local.
systemdsystemunitdir = $(prefix)/lib/systemd/system
nodist_systemdsystemunit_DATA = packaging/systemd/system/paperspacefs@.service
systemduserunitdir = $(prefix)/lib/systemd/user
nodist_systemduserunit_DATA = packaging/systemd/user/paperspacefs@.service
UNITS = $(nodist_systemdsystemunit_DATA) $(nodist_systemduserunit_DATA)
EXTRA_DIST += \
  packaging/systemd/system/paperspacefs@.service.in \
  packaging/systemd/user/paperspacefs@.service.in
CLEANFILES += $(UNITS)

fill_in = $(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's|[@]bindir@|$(bindir)|g; s|[@]SERVICE_TYPE@|$(SERVICE_TYPE)|g' '$(srcdir)/$@.in' >'$@'
packaging/systemd/system/paperspacefs@.service: packaging/systemd/system/paperspacefs@.service.in Makefile
	$(fill_in)
packaging/systemd/user/paperspacefs@.service: packaging/systemd/user/paperspacefs@.service.in Makefile
	$(fill_in)

# What mount -t paperspacefs and mount -t fuse.paperspacefs run. mount(8) looks into /sbin only.
mounthelperdir = $(sbindir)
MOUNT_HELPERS = mount.paperspacefs mount.fuse.paperspacefs
dist_man_MANS += man/mount.paperspacefs.8 man/mount.fuse.paperspacefs.8

install-exec-hook:
	$(MKDIR_P) '$(DESTDIR)$(mounthelperdir)'
	for name in $(MOUNT_HELPERS); do \
	  ln -s -f -r '$(DESTDIR)$(bindir)/paperspacefs' "$(DESTDIR)$(mounthelperdir)/$$name" || exit; \
	done
uninstall-hook:
	for name in $(MOUNT_HELPERS); do rm -f "$(DESTDIR)$(mounthelperdir)/$$name"; done

dist_doc_DATA = LICENSE NEWS README.md doc/semantics.md
exampledir = $(docdir)/examples
dist_example_SCRIPTS = \
  examples/check_paperspacefs \
  examples/export-for-git.sh \
  examples/prune.sh \
  examples/rotate-secret.sh \
  examples/snapshot-all.sh
examplecontainerdir = $(exampledir)/container
dist_examplecontainer_DATA = examples/container/Dockerfile

# What packages are made of, by scripts/package.sh.
EXTRA_DIST += \
  packaging/debian/changelog \
  packaging/debian/control \
  packaging/debian/copyright \
  packaging/debian/not-installed \
  packaging/debian/paperspace-emulator.install \
  packaging/debian/paperspacefs.install \
  packaging/debian/rules \
  packaging/debian/source/format \
  packaging/rpm/paperspacefs.spec \
  scripts/package.sh

# The same tarball whenever it is made of the same sources: names sorted, nobody's, one date.
am__tar = $${TAR-tar} --format=ustar --sort=name --owner=0 --group=0 --numeric-owner \
  --mode=u+w,go=u,go-w --mtime="@$${SOURCE_DATE_EPOCH-`date +%s`}" -chf - "$$tardir"
