"""Read a DMN 1.1 to 1.5 file into `model`; what is not executed is a finding by name."""

from __future__ import annotations

from casewright import xml
from casewright.dmn import model as m
from casewright.dmn.boxed import BoxedReader, Place, name_of, variable
from casewright.xml.findings import Finding

MODEL_NAMESPACES = frozenset(uri for prefix, uri in xml.NS.items() if prefix.startswith("dmn")) | {
    "http://www.omg.org/spec/DMN/20130901",
    "https://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20191111/MODEL/",
}
# Drawn for people only; they change no value.
_SILENT = frozenset(
    {
        "description",
        "extensionElements",
        "knowledgeSource",
        "textAnnotation",
        "association",
        "group",
        "performanceIndicator",
        "organizationUnit",
        "elementCollection",
        "businessContextElement",
        "artifact",
    }
)


def read(data: bytes, file: str) -> tuple[m.Definitions, list[Finding]]:
    """Return what the file defines and what is wrong with it; XmlProblem if it is no XML."""
    root = xml.parse(data, file)
    reader = _Reader(root, file)
    return reader.definitions(), reader.place.findings


class _Reader:
    def __init__(self, root: xml.Element, file: str) -> None:
        self.root = root
        self.file = file
        self.place = Place(file)
        self.namespace = xml.attr(root, "namespace")
        self.boxed = BoxedReader(self.place)

    def definitions(self) -> m.Definitions:
        root = self.root
        if xml.local(root) != "definitions" or xml.ns(root) not in MODEL_NAMESPACES:
            self.place.problem(
                root, "dmn-not-dmn", "the file is not a DMN model of version 1.1 to 1.5"
            )
            return m.Definitions(self.file, self.namespace, "")
        self._check_children()
        imports, places = self._imports()
        return m.Definitions(
            self.file,
            self.namespace,
            xml.attr(root, "name"),
            imports,
            places,
            tuple(self._item(node) for node in self._of("itemDefinition")),
            tuple(self._input(node) for node in self._of("inputData")),
            tuple(self._decision(node) for node in self._of("decision")),
            tuple(self._knowledge(node) for node in self._of("businessKnowledgeModel")),
            tuple(self._service(node) for node in self._of("decisionService")),
        )

    def _of(self, name: str) -> list[xml.Element]:
        return [node for node in xml.children(self.root, name) if xml.ns(node) in MODEL_NAMESPACES]

    def _check_children(self) -> None:
        known = {
            "import",
            "itemDefinition",
            "inputData",
            "decision",
            "businessKnowledgeModel",
            "decisionService",
        }
        seen: set[str] = set()
        for node in xml.children(self.root):
            if xml.ns(node) not in MODEL_NAMESPACES:
                continue
            kind, key = xml.local(node), xml.attr(node, "id")
            if kind not in known | _SILENT:
                self.place.problem(node, "dmn-unsupported", f"“{kind}” is not supported")
            if key and key in seen:
                self.place.problem(node, "dmn-duplicate-id", f"the id “{key}” is used twice")
            seen.add(key)
            if kind in known - {"import", "itemDefinition"}:
                self._check_names(node)

    def _check_names(self, node: xml.Element) -> None:
        if not xml.attr(node, "name"):
            self.place.problem(node, "dmn-no-name", f"a {xml.local(node)} has no name")
        elif not xml.attr(node, "id"):
            message = f"the {xml.local(node)} “{xml.attr(node, 'name')}” has no id"
            self.place.problem(node, "dmn-no-id", message)

    def _imports(self) -> tuple[dict[str, str], dict[str, m.At]]:
        found, places = {}, {}
        for node in self._of("import"):
            kind = xml.attr(node, "importType")
            if kind and kind not in MODEL_NAMESPACES:
                self.place.problem(node, "dmn-unsupported", f"imports of type “{kind}”")
                continue
            found[xml.attr(node, "namespace")] = name_of(node)
            places[xml.attr(node, "namespace")] = self.place.at(node)
        return found, places

    def _key(self, node: xml.Element) -> m.Key:
        return (self.namespace, xml.attr(node, "id") or xml.attr(node, "name"))

    def _target(self, node: xml.Element) -> m.Key:
        namespace, _hash, element = xml.attr(node, "href").rpartition("#")
        return (namespace or self.namespace, element)

    def _input(self, node: xml.Element) -> m.InputData:
        name, type_ref = variable(node)
        return m.InputData(self.place.at(node), self._key(node), name, type_ref)

    def _decision(self, node: xml.Element) -> m.Decision:
        name, type_ref = variable(node)
        return m.Decision(
            self.place.at(node),
            self._key(node),
            name,
            type_ref,
            self._requirements(node),
            self.boxed.only(node, needed=False),
            xml.text(xml.child(node, "question")),
            xml.text(xml.child(node, "allowedAnswers")),
        )

    def _requirements(self, node: xml.Element) -> tuple[m.Requirement, ...]:
        kinds = {
            "requiredInput": "input",
            "requiredDecision": "decision",
            "requiredKnowledge": "knowledge",
        }
        found = []
        for requirement in xml.children(node):
            if xml.local(requirement) not in ("informationRequirement", "knowledgeRequirement"):
                continue
            for required in xml.children(requirement):
                kind = kinds.get(xml.local(required))
                if kind:
                    found.append(m.Requirement(kind, self._target(required)))
        return tuple(found)

    def _knowledge(self, node: xml.Element) -> m.Knowledge:
        name, type_ref = variable(node)
        logic = xml.child(node, "encapsulatedLogic")
        function = None if logic is None else self.boxed.function(logic)
        return m.Knowledge(
            self.place.at(node),
            self._key(node),
            name,
            type_ref,
            self._requirements(node),
            function,
        )

    def _service(self, node: xml.Element) -> m.Service:
        name, type_ref = variable(node)

        def targets(kind: str) -> tuple[m.Key, ...]:
            return tuple(self._target(item) for item in xml.children(node, kind))

        return m.Service(
            self.place.at(node),
            self._key(node),
            name,
            type_ref,
            targets("outputDecision"),
            targets("inputDecision"),
            targets("inputData"),
        )

    def _item(self, node: xml.Element) -> m.Item:
        function = xml.child(node, "functionItem")
        return m.Item(
            self.place.at(node),
            name_of(node),
            xml.text(xml.child(node, "typeRef")) or xml.attr(node, "typeRef"),
            xml.attr(node, "isCollection") == "true",
            xml.text(xml.path(node, "allowedValues", "text")),
            xml.text(xml.path(node, "typeConstraint", "text")),
            tuple(self._item(part) for part in xml.children(node, "itemComponent")),
            function is not None,
            "" if function is None else xml.attr(function, "outputTypeRef"),
        )
