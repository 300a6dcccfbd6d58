dnl SPDX-License-Identifier: MIT

dnl PFS_WARNING_FLAGS(VARIABLE): collects in VARIABLE every warning flag that the compiler takes.
AC_DEFUN([PFS_WARNING_FLAGS], [
  $1=
  for pfs_flag in -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
      -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef \
      -Wformat=2 -Wvla -Wimplicit-fallthrough -Wnull-dereference -Wduplicated-cond \
      -Wlogical-op -Wredundant-decls -Wdouble-promotion -Wfloat-conversion -Wdate-time; do
    AC_MSG_CHECKING([whether $CC takes $pfs_flag])
    pfs_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS $pfs_flag -Werror"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes]); $1="$$1 $pfs_flag"], [AC_MSG_RESULT([no])])
    CFLAGS=$pfs_saved_cflags
  done
])

dnl PFS_SANITIZERS(LIST): sets PFS_INSTRUMENT for the sanitizers in LIST (no: none).
AC_DEFUN([PFS_SANITIZERS], [
  PFS_INSTRUMENT=
  AS_IF([test "x$1" != xno], [
    AS_IF([test "x$1" = xyes], [AC_MSG_ERROR([name the sanitizers: --enable-sanitizers=address,undefined or =thread])])
    PFS_INSTRUMENT="-fsanitize=$1 -fno-sanitize-recover=all -fno-omit-frame-pointer -g"
    pfs_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS $PFS_INSTRUMENT"
    AC_MSG_CHECKING([whether $CC links with -fsanitize=$1])
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no]); AC_MSG_ERROR([this compiler has no -fsanitize=$1])])
    CFLAGS=$pfs_saved_cflags
  ])
])
