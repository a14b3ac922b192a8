#!/bin/sh
# Database and files to one folder: deploy/backup.sh /backup. The files are sealed and never change once written, so
# they are copied after the database: whatever it names is there. The master keys are not in it: keep them elsewhere.
set -eu
target=$1/$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$target"
pg_dump --format=custom --file="$target/database.dump" "$DATABASE_URL"
tar --create --file="$target/media.tar" --directory="$DATA_DIR" media
pg_restore --list "$target/database.dump" >/dev/null
echo "$target"
