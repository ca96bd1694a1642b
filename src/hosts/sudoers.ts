/**
 * A sudoers file (sudoers(5)) for exactly these commands. UUIDs and bridge names become patterns of single characters:
 * a `*` of sudoers would also match spaces, and so further options.
 */
export function sudoers(user: string, commands: readonly (readonly string[])[]): string {
  const lines = [...new Set(commands.flatMap((argv) => patternsOf(argv)))].sort()
  return [
    '# Made by `oldhand sudoers`: what a diagnosis runs as root. All of it only reads.',
    '# 由 `oldhand sudoers` 生成：诊断时需要 root 的全部命令，都是只读的。',
    '# Install with · 安装方法: visudo -cf FILE && install -m 0440 FILE /etc/sudoers.d/oldhand',
    '# Patterns stand for one character each, so that no option can be slipped in.',
    `Defaults:${user} !requiretty`,
    `Cmnd_Alias OLDHAND = \\`,
    lines.map((line) => `    ${line}`).join(', \\\n'),
    `${user} ALL=(root) NOPASSWD: OLDHAND`,
    '',
  ].join('\n')
}

/** A further block for what is put on a host, apart from what only reads. `@` and `%` in a command: any such digit. */
export function guardedSudoers(user: string, alias: string, commands: readonly (readonly string[])[]): string {
  const patterns = commands.map((argv) => `/usr/bin/${argv.map(escaped).join(' ')}`)
  const lines = [...new Set(patterns)].map((line) => line.replaceAll('@', HEX).replaceAll('%', DIGIT)).sort()
  return [
    `Cmnd_Alias ${alias} = \\`,
    lines.map((line) => `    ${line}`).join(', \\\n'),
    `${user} ALL=(root) NOPASSWD: ${alias}`,
    '',
  ].join('\n')
}

/** Where `timeout` is: every command runs under it. */
const TIMEOUT = '/usr/bin/timeout -k 1 10'
const DIGIT = '[0-9]'
const HEX = '[0-9a-f]'
const UUID = [8, 4, 4, 4, 12].map((n) => HEX.repeat(n)).join('-')
/** What takes a bridge as its only argument. */
const OF_BRIDGES = new Set(['dump-flows', 'dump-groups', 'show', 'fdb/show'])
/** Longest name of a network device. */
const NAME_MAX = 15

function patternsOf(argv: readonly string[]): readonly string[] {
  const words = argv.map((word) => generalised(escaped(word)))
  const at = argv.findIndex((word) => OF_BRIDGES.has(word))
  const bridges = /^ovs-(ofctl|appctl)$/.test(argv[0] ?? '') && at > 0 && at === argv.length - 2
  if (!bridges) return [[TIMEOUT, ...words].join(' ')]
  const before = [TIMEOUT, ...words.slice(0, -1)].join(' ')
  return Array.from({ length: NAME_MAX }, (_, i) => `${before} [a-zA-Z0-9]${'[a-zA-Z0-9._-]'.repeat(i)}`)
}

/** What means something in the arguments of a sudoers command is taken literally. */
const escaped = (word: string) => (word === '' ? '""' : word.replace(/[\\*?[\]!,:=#" ]/g, (c) => `\\${c}`))

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const generalised = (word: string) => word.replace(uuid, UUID)
