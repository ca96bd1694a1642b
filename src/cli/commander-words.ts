import type { Command } from 'commander'
import type { Locale } from './language.ts'

/** Commander's own words in the reader's language. Set before commands are added: they inherit it. */
export function speak(program: Command, { lang, t }: Locale): Command {
  return program
    .helpOption('-h, --help', t('show this help', '显示帮助'))
    .helpCommand('help [command]', t('help for a command', '显示某个命令的帮助'))
    .showHelpAfterError(t('(see --help)', '（用 --help 查看用法）'))
    .configureHelp({
      styleTitle: (title) => (lang === 'zh' ? (titles[title] ?? title) : title),
      optionDescription: ({ description, defaultValue }) =>
        typeof defaultValue === 'string'
          ? t(`${description} (default: ${defaultValue})`, `${description}（默认：${defaultValue}）`)
          : description,
    })
    .configureOutput({ outputError: (text, write) => write(lang === 'zh' ? inChinese(text) : text) })
}

const titles: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Arguments:': '参数：',
}

const errors: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown command '(.*)'/, "错误：没有命令 '$1'"],
  [/^error: unknown option '(.*)'/, "错误：没有选项 '$1'"],
  [/^error: missing required argument '(.*)'/, "错误：缺少参数 '$1'"],
  [/^error: option '(.*)' argument missing/, "错误：选项 '$1' 缺少值"],
  [
    /^error: option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*)\./,
    "错误：选项 '$1' 的值 '$2' 无效，可选：$3。",
  ],
  [/^error: too many arguments.*/, '错误：参数太多'],
  [/\(Did you mean (.*)\?\)/, '（是不是想用 $1？）'],
]
const inChinese = (text: string) => errors.reduce((out, [pattern, words]) => out.replace(pattern, words), text)
