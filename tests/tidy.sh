#!/bin/bash
# Style that a machine can check: layering, lengths, banned words and calls, files without a test.
# Prints one line per finding; exit 1 when there is one.
set -u
cd "$(dirname "$0")/.." || exit 2
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

# Lines of grep -n become findings with a reason.
because() {
    sed "s|\$|    <- $1|" >>"$findings"
}

sources() {
    find "${@:-src}" -name '*.[ch]' | sort
}

# ---- Layering: folder, and the folders that it may include beside itself ------------------------
while read -r folder allowed; do
    [ -d "src/$folder" ] || continue
    pattern=$(echo "$folder $allowed" | tr ' ' '|')
    find "src/$folder" -name '*.[ch]' -exec grep -nE '^#include "' /dev/null {} + |
        grep -vE "#include \"($pattern)/" |
        # Generated protobuf code is the business of wire/ alone.
        { [ "$folder" = wire ] && grep -v '#include "restage/v1/' || cat; } |
        because "$folder/ may include only: $folder $allowed"
done <<'LAYERS'
base
staging base
guidance staging base
wire guidance staging base
kafka base
store base
http base
worker wire guidance staging kafka store http base
cli worker wire guidance staging kafka store http base
LAYERS
grep -nE '^#include "' src/main.c /dev/null 2>/dev/null | grep -vE '"(cli|base)/' |
    because "main.c may include only cli/"

# ---- Lengths ------------------------------------------------------------------------------------
for file in $(sources src tests) ops/* tests/*.sh; do
    [ -f "$file" ] || continue
    case "$file" in *.md | *.json | *.yml | *.yaml | *.svg) continue ;; esac
    awk -v file="$file" '
        length($0) > 100 && file ~ /\.[ch]$/ { print file ":" FNR ": a line of " length($0) " columns, limit 100" }
        /[ \t]+$/ { print file ":" FNR ": white space at the end" }
        /^{$/ { begun = FNR }
        /^}/ && begun { if (FNR - begun - 1 > 70) print file ":" begun ": a function of " FNR - begun - 1 " lines, limit 70"; begun = 0 }
        END { if (FNR > 500 && file ~ /\.([chy]|py|sh)$|ops\//) print file ": " FNR " lines, limit 500" }
    ' "$file" >>"$findings"
done

# ---- Words and calls ----------------------------------------------------------------------------
# The word is put together here so that this file does not find itself.
grep -rnE "\b(TO""DO|FIX""ME|XX""X|HA""CK)\b" src tests ops schemas proto CMakeLists.txt docker-compose.yml \
    .ci --exclude-dir=corpus 2>/dev/null | grep -v '\.svg:' | because "finish it, or say what it is"
grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|setjmp|longjmp|system|popen|tmpnam)\(' \
    $(sources src) /dev/null | because "banned call"
# A typedef names the type of a callback, nothing else.
grep -nE '\btypedef (struct|enum|union)\b[^(]*;' $(sources src tests) /dev/null | because "no typedef hides a struct"
grep -nE '^[[:space:]]*//|[;{}][[:space:]]+//' $(sources src tests) /dev/null | because "comments are /* */"
grep -nE '\bNDEBUG\b' $(sources src) /dev/null | because "assertions stay on"

pure=$(for folder in staging guidance wire; do [ -d src/$folder ] && sources src/$folder; done)
grep -nE '#include <(stdio|time|sys/.*|unistd|fcntl|pthread|signal|errno|locale)\.h>' $pure /dev/null |
    because "pure folders do no input, output, clocks or signals"
grep -nE '\b(printf|fprintf|fopen|getenv|time|clock_gettime|rand|random|exit)\(' $pure /dev/null |
    because "pure folders call nothing of the outside world"
grep -nE '^static [^(]*(=|;)' $pure /dev/null | grep -vE '\bconst\b' | because "pure folders have no state"
exact=$(for folder in staging guidance; do sources src/$folder; done)
grep -nE '\b(float|double)\b|<(math|float)\.h>|[0-9]\.[0-9]+f?[^0-9."a-zA-Z]' $exact /dev/null |
    grep -vE ':[0-9]+:[[:space:]]*(/?\*|.*"[^"]*[0-9]\.[0-9])|/\*.*[0-9]\.[0-9].*\*/' |
    because "staging/ and guidance/ count in whole thousandths"

# ---- Headers ------------------------------------------------------------------------------------
for header in $(find src -name '*.h'); do
    guard=$(echo "${header#src/}" | tr 'a-z/.' 'A-Z__')
    grep -q "^#ifndef $guard\$" "$header" || echo "$header: its guard should be $guard" >>"$findings"
done

# ---- Tests --------------------------------------------------------------------------------------
# src/<folder>/<name>.c is tested by tests/<folder>/test_<name>.c, or with the noun that its name
# begins with: store_batch.c by test_store.c.  What is tested elsewhere is said in tests/tidy.elsewhere.
is_tested() {
    local folder=$1 name=$2
    while :; do
        [ -f "tests/$folder/test_$name.c" ] && return 0
        case "$name" in *_*) name=${name%_*} ;; *) return 1 ;; esac
    done
}
for file in $(find src -mindepth 2 -name '*.c' | sort); do
    folder=$(basename "$(dirname "$file")")
    is_tested "$folder" "$(basename "$file" .c)" && continue
    grep -qE "^${file#src/}: ." tests/tidy.elsewhere 2>/dev/null && continue
    echo "$file: no test of that name, and no line in tests/tidy.elsewhere" >>"$findings"
done
if [ -f tests/tidy.elsewhere ]; then
    sed 's/:.*//' tests/tidy.elsewhere | while read -r file; do
        [ -f "src/$file" ] || echo "tests/tidy.elsewhere: there is no src/$file" >>"$findings"
    done
fi
for file in tests/*/test_*.c; do
    folder=$(basename "$(dirname "$file")")
    [ -d "src/$folder" ] || grep -q "$(basename "$file" .c)" "tests/$folder/CMakeLists.txt" 2>/dev/null ||
        echo "$file: ctest does not know it" >>"$findings"
    grep -qE '\b(ck_|fail_unless|mark_)' "$file" || echo "$file: asserts nothing" >>"$findings"
done
for file in tests/integration/*.py; do
    [ -x "$file" ] || continue
    grep -q "$(basename "$file" .py)" tests/integration/CMakeLists.txt ||
        echo "$file: ctest does not know it" >>"$findings"
done

# ---- Top level ----------------------------------------------------------------------------------
for name in *; do
    case "$name" in
    CMakeLists.txt | CMakePresets.json | README.md | CHANGELOG.md | LICENSE | docker-compose.yml) ;;
    src | proto | schemas | tests | ops | build*) ;;
    *) echo "$name: does not belong at the top level" >>"$findings" ;;
    esac
done

sort -u "$findings"
[ ! -s "$findings" ]
