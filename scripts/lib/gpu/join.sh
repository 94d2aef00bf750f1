#!/bin/sh
# sh join.sh TARGET: takes the parts of the kit that lie beside this script into TARGET, and unpacks the kit there once all
# are whole. They may come one at a time: what was taken stays, and what is missing or damaged is named.
# Exit status: 0 the kit is unpacked, 1 parts are missing, 2 used wrongly. Needs sha256sum, cat, cp and tar with gzip.
set -eu

if [ $# -ne 1 ]; then
  echo "use: sh join.sh TARGET" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/parts"
target=$(cd "$1" && pwd)
sums=$here/SHA256SUMS

is_whole() { # file, hash
  [ -f "$1" ] || return 1
  sum=$(sha256sum <"$1")
  [ "${sum%% *}" = "$2" ]
}

count=0
ready=0
while read -r hash part; do
  count=$((count + 1))
  if ! is_whole "$target/parts/$part" "$hash"; then
    if is_whole "$here/$part" "$hash"; then
      cp "$here/$part" "$target/parts/$part.new"
      mv "$target/parts/$part.new" "$target/parts/$part"
    elif [ -f "$here/$part" ]; then
      echo "damaged: $part"
      continue
    else
      echo "missing: $part"
      continue
    fi
  fi
  ready=$((ready + 1))
done <"$sums"

if [ "$ready" -ne "$count" ]; then
  echo "$ready of $count parts are in $target/parts; run this again beside the others"
  exit 1
fi

if [ ! -f "$target/kit/.sums" ] || [ "$(cat "$target/kit/.sums")" != "$(cat "$sums")" ]; then
  rm -rf "$target/kit" "$target/kit.new"
  mkdir "$target/kit.new"
  while read -r hash part; do cat "$target/parts/$part"; done <"$sums" | tar -xzf - -C "$target/kit.new"
  cp "$sums" "$target/kit.new/.sums"
  mv "$target/kit.new" "$target/kit"
fi
echo "all $count parts are whole and unpacked. To try the GPU:"
echo "  $target/kit/node $target/kit/scripts/test-gpu.mjs --out gpu-results.md"
