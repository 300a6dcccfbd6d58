#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# scripts/pictures.sh [FILE…]: makes doc/pictures/NAME.svg of each NAME.txt (or of these).
#
# A picture is text: lines of -, | and + are lines of the picture, > at the end of one and v below
# one are arrows, all else is words. What is made of it depends on nothing else.
set -euo pipefail
export LC_ALL=C

draw()
{
    awk '
    # What stands at a place, a blank where nothing does.
    function at(row, column) {
        return row < 1 || row > NR || column < 1 || column > length(line[row]) ? " " : substr(line[row], column, 1)
    }
    function flat(c) { return c == "-" || c == "+" }
    function upright(c) { return c == "|" || c == "+" }
    # A dash in a word is none of a line, nor is a plus.
    function in_row(row, column,   c) {
        c = at(row, column)
        return c == "-" ? flat(at(row, column - 1)) || flat(at(row, column + 1)) : \
            c == "+" && (at(row, column - 1) == "-" || at(row, column + 1) == "-")
    }
    function in_column(row, column,   c) {
        c = at(row, column)
        return c == "|" || (c == "+" && in_row(row, column) && (upright(at(row - 1, column)) || upright(at(row + 1, column))))
    }
    function is_arrow(row, column,   c) {
        c = at(row, column)
        return (c == ">" && in_row(row, column - 1)) || (c == "v" && at(row - 1, column) == "|")
    }
    function x(column) { return (column - 0.5) * 8 }
    function y(row) { return row * 18 - 4.5 }
    function stroke(x1, y1, x2, y2) {
        printf "<path d=\"M%g %gL%g %g\"/>\n", x1, y1, x2, y2
    }
    function escape(text) {
        gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text)
        return text
    }
    # The words of a row, each run of them with the blanks inside it.
    function words(row,   column, run, begin, c) {
        run = ""
        for (column = 1; column <= length(line[row]) + 2; column++) {
            c = in_row(row, column) || in_column(row, column) || is_arrow(row, column) ? " " : at(row, column)
            if (c == " " && (run == "" || at(row, column + 1) == " " || column > length(line[row]))) {
                if (run != "")
                    printf "<text x=\"%g\" y=\"%g\" textLength=\"%g\">%s</text>\n", (begin - 1) * 8, row * 18, \
                        length(run) * 8, escape(run)
                run = ""
            } else {
                if (run == "") begin = column
                run = run c
            }
        }
    }
    function rows_of_lines(row,   column, begin) {
        for (column = 1; column <= length(line[row]); column++) {
            if (!in_row(row, column)) continue
            for (begin = column; in_row(row, column + 1); column++);
            stroke(x(begin) - (at(row, begin) == "-") * 4, y(row), x(column) + (at(row, column) == "-") * 4, y(row))
        }
    }
    function columns_of_lines(column,   row, begin) {
        for (row = 1; row <= NR; row++) {
            if (!in_column(row, column)) continue
            for (begin = row; in_column(row + 1, column); row++);
            stroke(x(column), y(begin) - (at(begin, column) == "|") * 9, x(column), y(row) + (at(row, column) == "|") * 9)
        }
    }
    function arrows(row,   column) {
        for (column = 1; column <= length(line[row]); column++)
            if (is_arrow(row, column) && at(row, column) == "v")
                printf "<path class=\"a\" d=\"M%g %gh8l-4 9z\"/>\n", x(column) - 4, y(row) - 9
            else if (is_arrow(row, column))
                printf "<path class=\"a\" d=\"M%g %gv8l8 -4z\"/>\n", x(column) - 4, y(row) - 4
    }
    { line[NR] = $0; if (length($0) > width) width = length($0) }
    END {
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">\n", (width + 2) * 8, NR * 18 + 14
        print "<!-- made of '"$2"' by scripts/pictures.sh -->"
        print "<style>path{stroke:#57606a;fill:none}.a{fill:#57606a;stroke:none}" \
            "text{font:13px monospace;fill:#1f2328;white-space:pre}</style>"
        print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        for (row = 1; row <= NR; row++) { rows_of_lines(row); arrows(row); words(row) }
        for (column = 1; column <= width; column++) columns_of_lines(column)
        print "</svg>"
    }' "$1"
}

if [ $# -eq 0 ]; then
    set -- "$(dirname "$0")"/../doc/pictures/*.txt
fi
for text in "$@"; do
    draw "$text" "${text##*/}" >"${text%.txt}.svg"
done
