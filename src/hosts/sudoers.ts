/** A command as an example, with the parts of it that may be others of their kind. */
export interface Example {
  readonly argv: readonly string[]
  readonly any: readonly (readonly [text: string, kind: 'hexadecimal' | 'number' | 'name'])[]
}
export interface Commands {
  /** What only reads. */
  readonly read: readonly (readonly string[])[]
  /** What `--prove` needs beside it. */
  readonly prove: readonly Example[]
}

/**
 * A sudoers file (sudoers(5)) for exactly these commands. UUIDs and bridge names become patterns of single characters:
 * a `*` of sudoers would also match spaces, and so further options.
 */
export function sudoers(user: string, { read, prove }: Commands): string {
  return [
    '# Made by `oldhand sudoers`: what a diagnosis runs as root. All of it only reads.',
    '# 由 `oldhand sudoers` 生成：诊断时需要 root 的全部命令，都是只读的。',
    '# Install with · 安装方法: visudo -cf FILE && install -m 0440 FILE /etc/sudoers.d/oldhand',
    '# Patterns stand for one character each, so that no option can be slipped in.',
    `Defaults:${user} !requiretty`,
    ...alias(user, 'OLDHAND', read.flatMap(patternsOf)),
    ...(prove.length === 0
      ? []
      : [
          '',
          '# --prove: captures of these frames alone, and these frames alone as the VM.',
          '# --prove：只能抓这些报文，也只能以虚拟机身份发送这些报文。',
          ...alias(user, 'OLDHAND_PROVE', prove.flatMap(patternsOfExample)),
        ]),
    '',
  ].join('\n')
}

/** A further block for what is put on a host, apart from what only reads. `@` and `%` in a command: any such digit. */
export function guardedSudoers(user: string, name: string, commands: readonly (readonly string[])[]): string {
  const patterns = commands.map((argv) => `/usr/bin/${argv.map(escaped).join(' ')}`)
  const lines = patterns.map((line) => line.replaceAll('@', HEX).replaceAll('%', DIGIT))
  return [...alias(user, name, lines), ''].join('\n')
}

function alias(user: string, name: string, patterns: readonly string[]): readonly string[] {
  const lines = [...new Set(patterns)].sort()
  return [
    `Cmnd_Alias ${name} = \\`,
    lines.map((line) => `    ${line}`).join(', \\\n'),
    `${user} ALL=(root) NOPASSWD: ${name}`,
  ]
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
/** Of an OpenFlow port. */
const DIGITS_MAX = 5

function patternsOf(argv: readonly string[]): readonly string[] {
  const words = argv.map((word) => generalised(escaped(word)))
  const at = argv.findIndex((word) => OF_BRIDGES.has(word))
  const bridges = /^ovs-(ofctl|appctl)$/.test(argv[0] ?? '') && at > 0 && at === argv.length - 2
  if (!bridges) return [[TIMEOUT, ...words].join(' ')]
  const before = [TIMEOUT, ...words.slice(0, -1)].join(' ')
  return names.map((name) => `${before} ${name}`)
}

/** One pattern for each length. */
const names = Array.from({ length: NAME_MAX }, (_, i) => `[a-zA-Z0-9]${'[a-zA-Z0-9._-]'.repeat(i)}`)
const numbers = Array.from({ length: DIGITS_MAX }, (_, i) => '[0-9]'.repeat(i + 1))

function patternsOfExample({ argv, any }: Example): readonly string[] {
  const line = [TIMEOUT, ...argv.map((word) => generalised(escaped(word)))].join(' ')
  return any.reduce<readonly string[]>(
    (lines, [text, kind]) => {
      const literal = escaped(text)
      const patterns = { hexadecimal: [literal.replace(/[0-9a-f]/g, HEX)], number: numbers, name: names }[kind]
      return lines.flatMap((l) =>
        l.includes(literal) ? patterns.map((pattern) => l.replaceAll(literal, pattern)) : [l],
      )
    },
    [line],
  )
}

/** What means something in the arguments of a sudoers command is taken literally. */
const escaped = (word: string) => (word === '' ? '""' : word.replace(/[\\*?[\]!,:=#" ]/g, (c) => `\\${c}`))

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const generalised = (word: string) => word.replace(uuid, UUID)
