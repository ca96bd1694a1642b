import type { Language } from '../core/lang.ts'
import { type AgentState, isDown } from '../probes/wiring/agent-state.ts'

/** How an agent fails: no process, a stopped process, or a process of which Neutron has no heartbeat. */
export type AgentTrouble = 'gone' | 'frozen' | 'silent'

export function troubleOf(agent: AgentState): AgentTrouble | undefined {
  if (isDown(agent)) return agent.frozen ? 'frozen' : 'gone'
  return agent.api?.alive === false ? 'silent' : undefined
}

export const troubleWords: Readonly<Record<Language, Readonly<Record<AgentTrouble, (binary: string) => string>>>> = {
  en: {
    gone: (binary) => `There is no ${binary} process.`,
    frozen: (binary) => `The ${binary} process is stopped (state T).`,
    silent: () => 'The process is there, but Neutron has no heartbeat of it.',
  },
  zh: {
    gone: (binary) => `没有 ${binary} 进程。`,
    frozen: (binary) => `${binary} 进程处于停止状态（T）。`,
    silent: () => '进程在，但 Neutron 收不到它的心跳。',
  },
}
