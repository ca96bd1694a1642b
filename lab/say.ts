export type Lang = 'en' | 'zh'

let chosen: Lang = 'en'

export function setLang(lang: Lang): void {
  chosen = lang
}

export const say = (en: string, zh: string): string => (chosen === 'zh' ? zh : en)
