import type { Plan, PlannedExperiment } from '../core/experiment.ts'
import type { Language } from '../core/lang.ts'

/** What is going to be sent, and put on hosts, before any of it is done. */
export function renderPlan(plan: Plan, lang: Language): string {
  const t = (en: string, zh: string) => (lang === 'zh' ? zh : en)
  return [
    t(`Plan of run ${plan.run}`, `计划（run ${plan.run}）`),
    ...plan.experiments.flatMap((e) => linesOf(e, lang)),
    ...plan.cannot.map((why) => `  ${why[lang]}`),
  ].join('\n')
}

function linesOf({ title, sends, puts }: PlannedExperiment, lang: Language): readonly string[] {
  const t = (en: string, zh: string) => (lang === 'zh' ? zh : en)
  return [
    `  ${title[lang]}`,
    `    ${t('sends', '发送')}`,
    ...sends.map((line) => `      ${line[lang]}`),
    `    ${t('puts on hosts', '放到主机上')}`,
    ...puts.map(
      ({ host, what, seconds, ends }) =>
        `      ${host}  ${what[lang]}${t(`; ${seconds} s, `, `；${seconds} 秒，`)}${ends[lang]}`,
    ),
  ]
}

/** For programs. */
export function planJson(plan: Plan, lang: Language) {
  return {
    schema: 'oldhand/plan@1',
    run: plan.run,
    experiments: plan.experiments.map(({ id, title, sends, puts }) => ({
      id,
      title: title[lang],
      sends: sends.map((line) => line[lang]),
      puts: puts.map(({ host, what, seconds, ends }) => ({ host, what: what[lang], seconds, ends: ends[lang] })),
    })),
    cannot: plan.cannot.map((why) => why[lang]),
  }
}
