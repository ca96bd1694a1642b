/**
 * `sh -c … FILE SHA256 LINE-NUMBER c|a LINE…`: changes a line of a file, or adds one after it, if the file is still
 * the one that was read. The new file is whole and on disk before it takes the place of the old one, by rename(2), with
 * its owner, mode, ACL and context; the old one stays beside it as a hard link. What dies in between leaves the old one.
 */
export const editSteps: readonly string[] = [
  'set -eu',
  'f=$1 s=$2 n=$3 v=$4 b=$1.oldhand-$(printf %.12s $2)',
  'shift 4',
  'is() { test "$(sha256sum <$1)" = "$s  -"; }',
  'test -f $f -a ! -L $f',
  't=$(mktemp $f.oldhand-new-XXXXXX)',
  "trap 'rm -f $t; test ! $b -ef $f || rm $b' EXIT",
  "trap 'exit 1' HUP INT TERM PIPE",
  'cp --preserve=all $f $t',
  'is $t',
  // A value that goes on in the next line (oslo.config).
  'test -z "$(sed -n "$((n+1))"\'{/^[[:blank:]]*$/d;/^[[:blank:]]/p}\' $t)"',
  'sed "$n$v $*" $f >$t',
  'sync $t',
  'test $b -ef $f || ln -fT $f $b',
  'is $b',
  'mv -fT $t $f',
  'sync ${f%/*}',
]
export const editScript = editSteps.join('; ')

/** Where the old file stays. */
export const backupOf = (file: string, sha256: string): string => `${file}.oldhand-${sha256.slice(0, 12)}`
