#!/bin/sh
# Sign one request to the partner API with openssl: prints the headers, or with --send the answer (by curl). Copy this file
# alone; change it as you like. For hmac-sha256 and ed25519 (OpenSSL 3); P-256 wants more than a shell.
#
#     sh sign.sh --url https://api.example.com/live --key key_… --algorithm hmac-sha256 --secret secret.txt \
#         --send POST /v1/purchases purchase.json
#
# The file of --secret holds the secret as it was shown (base64), or your private key as PEM. --authority and --prefix say
# what is signed where the URL has another host, or another path before /v1. While it runs, other users of the machine can
# see an HMAC's secret among the arguments of openssl: on a shared machine use sign.py or sign.mjs.
set -eu

url= key= algorithm= secret= authority= prefix=unset idempotency_key= send=no
created=$(date +%s)
nonce=$(openssl rand -hex 16)
while [ $# -gt 0 ]; do
    case $1 in
        --url) url=${2%/}; shift 2 ;;
        --key) key=$2; shift 2 ;;
        --algorithm) algorithm=$2; shift 2 ;;
        --secret) secret=$2; shift 2 ;;
        --authority) authority=$2; shift 2 ;;
        --prefix) prefix=$2; shift 2 ;;
        --idempotency-key) idempotency_key=$2; shift 2 ;;
        --created) created=$2; shift 2 ;;
        --nonce) nonce=$2; shift 2 ;;
        --send) send=yes; shift ;;
        *) break ;;
    esac
done
method=${1:-} path=${2:-} body=${3:-}
if [ -z "$url" ] || [ -z "$key" ] || [ -z "$algorithm" ] || [ -z "$secret" ] || [ -z "$path" ]; then
    echo "usage: sh sign.sh --url URL --key ID --algorithm NAME --secret FILE [--send] METHOD PATH [BODY]" >&2; exit 2
fi
for file in "$secret" ${body:+"$body"}; do
    [ -r "$file" ] || { echo "sign.sh: $file cannot be read" >&2; exit 1; }
done

host=${url#*://}
stage=/${host#*/}
[ "$stage" = "/$host" ] && stage=
[ "$prefix" = unset ] && prefix=$stage
[ -n "$authority" ] || authority=$(printf %s "${host%%/*}" | tr '[:upper:]' '[:lower:]')

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

names='"@method" "@authority" "@path"'
{
    printf '"@method": %s\n' "$method"
    printf '"@authority": %s\n' "$authority"
    printf '"@path": %s\n' "$prefix$path"
} > "$files/base"
: > "$files/headers"
cover() { # cover Name value: send the header, and sign it
    printf '%s: %s\n' "$1" "$2" >> "$files/headers"
    lower=$(printf %s "$1" | tr '[:upper:]' '[:lower:]')
    printf '"%s": %s\n' "$lower" "$2" >> "$files/base"
    names="$names \"$lower\""
}
if [ -n "$body" ]; then
    cover Content-Type application/json
    cover Content-Digest "sha-256=:$(openssl dgst -sha256 -binary "$body" | openssl base64 -A):"
fi
if [ -n "$idempotency_key" ]; then
    cover Idempotency-Key "$idempotency_key"
fi

parameters="($names);created=$created;expires=$((created + 300));keyid=\"$key\";nonce=\"$nonce\";tag=\"loyalty-partner-v1\""
# No newline at the end.
printf '"@signature-params": %s' "$parameters" >> "$files/base"

case $algorithm in
    hmac-sha256)
        hex=$(openssl base64 -d -A < "$secret" | od -An -v -tx1 | tr -d ' \n')
        openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary "$files/base" > "$files/signature" ;;
    ed25519)
        openssl pkeyutl -sign -rawin -inkey "$secret" -in "$files/base" -out "$files/signature" ;;
    *)
        echo "the algorithms are hmac-sha256 and ed25519" >&2; exit 2 ;;
esac
{
    printf 'Signature-Input: sig1=%s\n' "$parameters"
    printf 'Signature: sig1=:%s:\n' "$(openssl base64 -A < "$files/signature")"
} >> "$files/headers"

if [ "$send" = no ]; then
    cat "$files/headers"
elif [ -n "$body" ]; then
    curl --silent --show-error --path-as-is -X "$method" -H "@$files/headers" --data-binary "@$body" "$url$path"
else
    curl --silent --show-error --path-as-is -X "$method" -H "@$files/headers" "$url$path"
fi
