import fc from 'fast-check';
import { Answers, MAX_PROCESSES, planCalls } from '../../../lambda/controller/probe-calls';
import type { ProbeAnswer } from '../../../lib/contract/probe';

const asked = fc.array(
  fc.record({
    probe: fc.constantFrom('a', 'b'),
    names: fc.array(
      fc.record({ name: fc.constantFrom('x', 'y', 'z'), nameservers: fc.constantFrom(undefined, ['10.0.0.2:53']) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    count: fc.nat(250),
  }),
  { maxLength: 30 },
);

const questionsOf = (one: { probe: string; names: object[]; count: number }, i: number) => ({
  proxy: i,
  probe: one.probe,
  questions: {
    names: one.names as { name: string }[],
    processes: Array.from({ length: one.count }, (_, j) => ({ endpoint: `10.0.${i}.${j}:9990` })),
  },
});

test('each question of each proxy is in a call of its probe, and gets its own answer back, whatever the order', () => {
  fc.assert(
    fc.property(asked, fc.infiniteStream(fc.nat()), (list, random) => {
      const questions = list.map(questionsOf);
      const calls = planCalls(questions);
      expect(calls.every(({ processes }) => processes.length <= MAX_PROCESSES)).toBe(true);
      const answers = questions.map(
        ({ proxy }) => new Answers(calls.flatMap(({ parts }) => parts.filter((part) => part.proxy === proxy))),
      );
      const shuffled = calls
        .map((call) => [random.next().value!, call] as const)
        .sort(([a], [b]) => a - b)
        .map(([, call]) => call);
      for (const call of shuffled) {
        const answer: ProbeAnswer = {
          names: call.names.map(({ name, nameservers }) => ({
            addresses: [`${name}${nameservers ?? ''}`],
            largestAnswer: 1,
            unanswered: [],
            degraded: [],
          })),
          processes: call.processes.map(({ endpoint }) => ({ unreachable: endpoint })),
        };
        for (const part of call.parts) {
          expect(questions[part.proxy]!.probe).toBe(call.probe);
          answers[part.proxy]!.take(part, answer);
        }
      }
      questions.forEach(({ questions: { names, processes } }, i) => {
        expect(answers[i]!.complete).toBe(true);
        expect(answers[i]!.failure).toBeUndefined();
        expect(answers[i]!.all.names.map(({ addresses }) => addresses)).toEqual(
          names.map((query) => [`${query.name}${(query as { nameservers?: string[] }).nameservers ?? ''}`]),
        );
        expect(answers[i]!.all.processes).toEqual(processes.map(({ endpoint }) => ({ unreachable: endpoint })));
      });
    }),
  );
});

test('proxies share a call, and a name is asked for once in it', () => {
  const calls = planCalls(
    Array.from({ length: 60 }, (_, i) => questionsOf({ probe: 'a', names: [{ name: 'x' }], count: 2 }, i)),
  );
  expect(calls.map(({ names, processes }) => [names.length, processes.length])).toEqual([
    [1, 100],
    [1, 20],
  ]);
});

test('a proxy of which one part was not answered has no failure, and names the reason for each process', () => {
  const { parts } = planCalls([questionsOf({ probe: 'a', names: [{ name: 'x' }], count: 1 }, 0)])[0]!;
  const answers = new Answers(parts);
  expect(answers.complete).toBe(false);
  answers.miss(parts[0]!, 'the probe failed', { unreachable: 'the probe failed' });
  expect(answers.complete).toBe(true);
  expect(answers.failure).toBe('the probe failed');
});
