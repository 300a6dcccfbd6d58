# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += tests/layering.sh tests/circles.sh tests/hardening.sh tests/semantics.sh tests/pictures.sh

# What is installed, and what is made of it.
dist_check_SCRIPTS += \
  tests/packaging/boot.sh \
  tests/packaging/completions.sh \
  tests/packaging/install.sh \
  tests/packaging/pages.sh \
  tests/packaging/units.sh
EXTRA_DIST += tests/packaging/type_and_tab.py tests/packaging/packages.sh

# Each file of scenarios mounts the program many times, in both dialects.
dist_check_SCRIPTS += \
  tests/mount/accidents.sh \
  tests/mount/advice.sh \
  tests/mount/attributes.sh tests/mount/auditing.sh \
  tests/mount/belief.sh \
  tests/mount/belongings.sh \
  tests/mount/bounds.sh \
  tests/mount/caching.sh \
  tests/mount/cloning.sh \
  tests/mount/commandline.sh \
  tests/mount/conflicts.sh \
  tests/mount/copies.sh \
  tests/mount/counts.sh \
  tests/mount/creating.sh \
  tests/mount/credentials.sh \
  tests/mount/dates.sh \
  tests/mount/deleting.sh \
  tests/mount/doctor.sh \
  tests/mount/dryrun.sh \
  tests/mount/editors_other.sh \
  tests/mount/editors_vim.sh \
  tests/mount/ends.sh \
  tests/mount/errors.sh \
  tests/mount/events.sh \
  tests/mount/examples.sh \
  tests/mount/floods.sh \
  tests/mount/guard.sh \
  tests/mount/ids.sh \
  tests/mount/journals.sh \
  tests/mount/life.sh \
  tests/mount/listings.sh \
  tests/mount/manual.sh \
  tests/mount/matrix.sh \
  tests/mount/model.sh \
  tests/mount/memory.sh \
  tests/mount/mounting.sh \
  tests/mount/moving.sh \
  tests/mount/names.sh \
  tests/mount/notifying.sh \
  tests/mount/oldnames.sh \
  tests/mount/outcomes.sh \
  tests/mount/posts.sh \
  tests/mount/readers.sh \
  tests/mount/reading.sh \
  tests/mount/refusals.sh \
  tests/mount/removers.sh \
  tests/mount/renaming.sh \
  tests/mount/renaming_tools.sh \
  tests/mount/required.sh \
  tests/mount/restoring.sh \
  tests/mount/savers.sh \
  tests/mount/scratch.sh \
  tests/mount/secrets.sh \
  tests/mount/silent.sh \
  tests/mount/standing.sh \
  tests/mount/starting.sh \
  tests/mount/tools_fields.sh \
  tests/mount/tools_writers.sh \
  tests/mount/tour.sh \
  tests/mount/truncating.sh \
  tests/mount/unchanged.sh \
  tests/mount/users.sh \
  tests/mount/waiting.sh \
  tests/mount/words.sh \
  tests/mount/writing.sh

EXTRA_DIST += tests/unit/run_tests.h
EXTRA_DIST += tests/tap.sh tests/rooms.sh tests/mount/lib.sh tests/mount/screen.sh
EXTRA_DIST += tests/mount/rig.py tests/mount/belief.py tests/mount/matrix.py tests/mount/model.py tests/mount/hoard.py

# Every operation under every fault; and hours of random ones, after which nothing has grown.
.PHONY: matrix soak new-kind
matrix: all
	@top_builddir='$(abs_top_builddir)' bash $(srcdir)/tests/mount/matrix.sh --all
soak: all
	@top_builddir='$(abs_top_builddir)' bash $(srcdir)/tests/mount/model.sh --seconds 600 --flat
# Adds a kind to a copy, builds and mounts that.
EXTRA_DIST += tests/new_kind/new_kind.sh tests/new_kind/networks.sh tests/new_kind/networks.c \
  tests/new_kind/emu_networks.c
new-kind:
	@bash $(srcdir)/tests/new_kind/new_kind.sh
EXTRA_DIST += scripts/check.sh scripts/fresh.sh scripts/variants.sh .ci/run .clang-tidy .shellcheckrc

.PHONY: print-tests
print-tests:
	@echo $(TESTS)
