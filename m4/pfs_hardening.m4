dnl SPDX-License-Identifier: MIT

dnl PFS_TAKES_FLAG(FLAG, ACTION): ACTION if the compiler links with FLAG, and says nothing.
AC_DEFUN([PFS_TAKES_FLAG], [
  AC_MSG_CHECKING([whether $CC takes $1])
  pfs_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS $1 -Werror"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2], [AC_MSG_RESULT([no])])
  CFLAGS=$pfs_saved_cflags
])

dnl PFS_HARDENING(SANITIZERS AND COVERAGE): sets PFS_HARDEN_CPPFLAGS, PFS_HARDEN_CFLAGS and PFS_HARDEN_LDFLAGS to
dnl what the compiler takes of it. They stand before the user's own flags, which win. None with
dnl sanitizers, which check more, or for coverage; no _FORTIFY_SOURCE where the user has one or does
dnl not optimise (the C library would warn).
AC_DEFUN([PFS_HARDENING], [
  PFS_HARDEN_CPPFLAGS=
  PFS_HARDEN_CFLAGS=
  PFS_HARDEN_LDFLAGS=
  AS_IF([test "x$1" = xnono], [
    for pfs_flag in -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE; do
      PFS_TAKES_FLAG([$pfs_flag], [PFS_HARDEN_CFLAGS="$PFS_HARDEN_CFLAGS $pfs_flag"])
    done
    for pfs_flag in -pie -Wl,-z,relro -Wl,-z,now; do
      PFS_TAKES_FLAG([$pfs_flag], [PFS_HARDEN_LDFLAGS="$PFS_HARDEN_LDFLAGS $pfs_flag"])
    done
    AC_MSG_CHECKING([whether to define _FORTIFY_SOURCE])
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
      #if defined _FORTIFY_SOURCE || !defined __OPTIMIZE__
      #error not here
      #endif
      int x;]])],
      [AC_MSG_RESULT([yes]); PFS_HARDEN_CPPFLAGS=-D_FORTIFY_SOURCE=2], [AC_MSG_RESULT([no])])
  ])
  AC_SUBST([PFS_HARDEN_CPPFLAGS])
  AC_SUBST([PFS_HARDEN_CFLAGS])
  AC_SUBST([PFS_HARDEN_LDFLAGS])
])
