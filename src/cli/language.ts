import { Option } from 'commander'
import { type Language, languages, type Say } from '../core/lang.ts'

/** The reader's language: `--lang`, else the locale. */
export interface Locale {
  readonly lang: Language
  readonly t: (en: string, zh: string) => string
  readonly tell: (say: Say) => string
}

export function localeOf(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Locale {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  const asked = at < 0 ? undefined : (argv[at]?.split('=')[1] ?? argv[at + 1])
  const lang = languages.find((l) => l === asked) ?? fromLocale(env)
  return { lang, t: (en, zh) => (lang === 'zh' ? zh : en), tell: (say) => say[lang] }
}

export const languageOption = ({ t }: Locale): Option =>
  new Option('--lang <en|zh>', t('language (default: your locale)', '语言（默认按系统 locale）')).choices(languages)

const fromLocale = (env: Readonly<Record<string, string | undefined>>): Language =>
  (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').toLowerCase().startsWith('zh') ? 'zh' : 'en'
