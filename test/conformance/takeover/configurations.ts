// Configurations that both programs must treat alike: between them they use what zc.recipe.egg, develop and Python
// recipes offer.

const main = `
[buildout]
index = INDEX
`;

export const configurations: Readonly<Record<string, string>> = {
  'scripts, an interpreter and a pin': `${main}
parts = app py
versions = versions
[versions]
demo = 0.2
[app]
recipe = zc.recipe.egg
eggs = big.demo_tool
       demo
scripts = bigtool=tool demo
[py]
recipe = zc.recipe.egg:scripts
eggs = \${app:eggs}
interpreter = py
`,
  'arguments, initialization, entry points and extra paths': `${main}
parts = app
[app]
recipe = zc.recipe.egg:script
eggs = big.demo-tool[more]
entry-points = own=big_demo_tool:main other=big_demo_tool:check
extra-paths = \${buildout:directory}/sources/extra
              \${buildout:directory}/sources/more
arguments = 'one', 2
initialization = import os
    os.environ['SET'] = "a %s b" % 1
dependent-scripts = true
interpreter = python-app
`,
  'relative paths': `${main}
parts = app one
relative-paths = true
develop = sources/modern
[app]
recipe = zc.recipe.egg
eggs = demo
       modern
extra-paths = \${buildout:directory}/sources/extra
interpreter = py
[one]
recipe = zc.recipe.egg
eggs = big.demo-tool
relative-paths = false
`,
  'eggs only, and a part that refers to it': `${main}
parts = app
[eggs]
recipe = zc.recipe.egg:eggs
eggs = demo
[app]
recipe = zc.recipe.egg
eggs = \${eggs:eggs}
`,
  'develop eggs with setup.py, src and pyproject.toml': `${main}
parts = app
develop = sources/plain sources/inside
          sources/modern
[app]
recipe = zc.recipe.egg
eggs = plain
       inside
       modern
interpreter = py
`,
  'a Python recipe between built-in ones': `${main}
parts = app made still py
develop = sources/recipes
[app]
recipe = zc.recipe.egg
eggs = demo
[made]
recipe = recipes
file = made.txt
text = some text
   of two lines
[still]
recipe = recipes:still
file = \${made:path}
[py]
recipe = zc.recipe.egg
eggs = demoneeded
interpreter = py
`,
  'values with odd white space': `${main}
parts = made app
develop = sources/recipes
[made]
recipe = recipes
file = odd.txt
text =
    first

      indented
    last \${made:tail}
tail = \${made:nothing} end
nothing =
dollar = $\${app:eggs} 100%
[app]
recipe = zc.recipe.egg
eggs =

    demo

    demoneeded ==1.0
note = \${made:text}
`,
};
