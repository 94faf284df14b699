import { expect, test } from 'vitest';
import { BuildError } from '#base';
import { createConditionEvaluator } from './evaluate-condition.ts';
import { parseConfigurationText } from './parse-configuration-text.ts';
import { linuxFacts } from './reading-fixture.ts';

const evaluate = createConditionEvaluator({
  pythonFacts: () => linuxFacts,
  evaluateExpression: (expression) => expression === '2 + 2 == 4',
});

async function parse(text: string): Promise<Record<string, Record<string, string>>> {
  const sections = await parseConfigurationText(text, 'test.cfg', evaluate);
  return Object.fromEntries([...sections].map(([name, options]) => [name, Object.fromEntries(options)]));
}

async function failureOf(text: string): Promise<BuildError> {
  const error: unknown = await parse(text).catch((error: unknown) => error);
  if (error instanceof BuildError) return error;
  throw new Error('It did not fail');
}

test('a value that starts on its first line loses blank lines and indentation', async () => {
  expect(await parse('[s]\nlong = a\n    b\n\n      c\n')).toEqual({ s: { long: 'a\nb\nc' } });
});

test('a value that starts on its second line is dedented and keeps blank lines inside', async () => {
  expect(await parse('[s]\nl =\n\n\n    a\n\n      b  \n\n    # not a comment\n\n')).toEqual({
    s: { l: 'a\n\n  b\n\n# not a comment' },
  });
});

test('tabs and spaces that lines do not share are kept', async () => {
  expect(await parse('[s]\nl =\n \ta\n  b\n')).toEqual({ s: { l: '\ta\n b' } });
});

test('comments start in the first column, also between the lines of a value', async () => {
  expect(await parse('# c\n; c\n[s] # c\na = 1 # kept\n; c\n  2\n[t];c\n')).toEqual({
    s: { a: '1 # kept\n2' },
    t: {},
  });
});

test('sections may come again, and then the last value of an option wins', async () => {
  expect(await parse('[s]\na=1\nb=2\n[t]\n[ s ]\na=3\n')).toEqual({ s: { a: '3', b: '2' }, t: {} });
});

test('blank lines may follow a section header, and Windows line ends are line ends', async () => {
  expect(await parse('\r\n[s]\r\n\r\na = 1\r\n  2\r\n')).toEqual({ s: { a: '1\n2' } });
});

test('an arrow lists the sections a part depends on', async () => {
  expect(await parse('[s]\n=> a b\n')).toEqual({ s: { '<part-dependencies>': 'a b' } });
});

test('operators stay with the name, and += or -= of one file go on where they ended', async () => {
  expect(await parse('[s]\na =\n  x\na    += 1\nb += 1\n  2\nb +=\n  3\nb -= 1\n')).toEqual({
    s: { a: 'x', 'a    +': '1', 'b +': '1\n2\n  3', 'b -': '1' },
  });
});

test('an assignment replaces += and -= before it', async () => {
  expect(await parse('[s]\na += 1\na -= 2\na = 3\n')).toEqual({ s: { a: '3' } });
});

test('sections whose condition does not hold are left out, those before and after stay', async () => {
  const text = `[s]
a = 1
[s:python2]
a = 2
  2
[s: linux and not windows] # ] comment
b = 1
[s: 2 + 2 == 4]
c = 1
[s: python_version < "3"]
c = 2
`;
  expect(await parse(text.replace(' 2 + 2 == 4', '2 + 2 == 4'))).toEqual({ s: { a: '1', b: '1', c: '1' } });
});

test('a condition may hold brackets and escaped comment marks', async () => {
  const seen: string[] = [];
  await parseConfigurationText("[s:[1][0] in ['\\x23\\x3b']] ; ]\n", 'test.cfg', ({ expression }) => {
    seen.push(expression);
    return true;
  });
  expect(seen).toEqual(["[1][0] in ['#;']"]);
});

test('a condition says where it stands', async () => {
  let line = 0;
  await parseConfigurationText('\n[s]\n[t:x]\n', 'test.cfg', (condition) => {
    line = condition.line;
    return false;
  });
  expect(line).toBe(3);
});

test('options before any section are refused as zc.buildout does, with file and line', async () => {
  const error = await failureOf('\nThis is not\na config\n');
  expect(error.message).toBe("File contains no section headers.\nfile: test.cfg, line: 2\n'This is not\\n'");
  expect(error.where).toEqual({ file: 'test.cfg', line: 2 });
});

test('options after a first section that is skipped are refused too, and the hint says why', async () => {
  expect((await failureOf('[s:windows]\na = 1\n')).hint).toContain('skipped');
});

test('all malformed lines are named at once', async () => {
  const error = await failureOf('[s]\n  x\na\nb c = 1\n[t\n');
  expect(error.message).toBe(
    "File contains parsing errors: test.cfg\n\t[line  2]: '  x\\n'\n\t[line  3]: 'a\\n'" +
      "\n\t[line  4]: 'b c = 1\\n'\n\t[line  5]: '[t\\n'",
  );
  expect(error.hint).toContain('line 2 is indented');
});

test('hostile lines take no time', async () => {
  const run = ' '.repeat(200_000);
  await expect(parse(`[s]\na = 1\n[x${run}:${run}${run}[\n${'['.repeat(1e5)}\n`)).rejects.toThrow(
    'parsing errors',
  );
});
