"""Prints the modules of a package as JSON, name to source, without docstrings, comments and type annotations: of a small
upgrade most bytes are its program.

`python -I -S pack_program.py DIRECTORY NAME…`
"""

import ast
import json
import os
import sys


class Remarks(ast.NodeTransformer):
    """Takes out what does nothing when it runs. Types of plain names stay: they make the fields of a NamedTuple."""

    def visit_Module(self, node):
        return self.without_docstring(node)

    def visit_ClassDef(self, node):
        return self.without_docstring(node)

    def visit_FunctionDef(self, node):
        node.returns = None
        arguments = node.args
        for argument in (*arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if argument is not None:
                argument.annotation = None
        return self.without_docstring(node)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        if node.simple or node.value is None:
            return node
        return ast.Assign(targets=[node.target], value=node.value, lineno=node.lineno)

    def visit_ImportFrom(self, node):
        return None if node.module == '__future__' else node

    def visit_Expr(self, node):
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node

    def without_docstring(self, node):
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


def read(path):
    with open(path, encoding='utf-8') as stream:
        return ast.unparse(Remarks().visit(ast.parse(stream.read())))


directory, *names = sys.argv[1:]
print(json.dumps({name: read(os.path.join(directory, name + '.py')) for name in names}))
