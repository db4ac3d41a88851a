import unittest

from check_names import offences

TABLE = {"store": set(), "net": set()}


def path(name):
    return name.replace("__", "/").replace("_h", ".h") if name.endswith("_h") else name.replace("__", "/") + ".cpp"


def messages(**files):
    return [message.split(" is ")[0].split(" hides ")[0] for _, _, message in offences({path(k): v for k, v in files.items()}, TABLE)]


class CheckNames(unittest.TestCase):
    def test_the_same_constant_in_two_files_of_a_module(self):
        text = "namespace lab {\nnamespace {\nconstexpr int kBatch = 5;\n}\n}"
        self.assertEqual(messages(store__a=text, store__b=text), ["kBatch"])
        self.assertEqual(messages(store__a=text, net__b=text), [])

    def test_overloads_are_different_names(self):
        one = "namespace {\nvoid put(int a, const std::string& b) { f(); }\n}"
        two = "namespace {\nvoid put(int a) { f(); }\n}"
        same = "namespace {\nvoid put(int other, const std::string& name) { g(); }\n}"
        self.assertEqual(messages(store__a=one, store__b=two), [])
        self.assertEqual(messages(store__a=one, store__b=same), ["put(int,conststd::string&)"])

    def test_members_aliases_and_text_are_not_file_local_names(self):
        text = 'namespace {\nusing error_code = int;\n// int kX = 1;\nconst char* kA%s = "int kY; {";\nstruct S%s { int x = 1; int get() { return x; } };\n}'
        self.assertEqual(messages(store__a=text % (1, 1), store__b=text % (2, 2)), [])

    def test_types_clash_and_namespaces_part(self):
        text = "namespace lab::%s {\nnamespace {\nclass Reader {\n};\n}\n}"
        self.assertEqual(messages(store__a=text % "x", store__b=text % "x"), ["Reader"])
        self.assertEqual(messages(store__a=text % "x", store__b=text % "y"), [])

    def test_a_local_name_hides_what_a_header_declares(self):
        header = "namespace lab {\nstd::string upper(std::string_view text);\nstruct Text { int size(); };\n}"
        local = "namespace lab {\nnamespace {\nstd::string upper(std::string_view t) { return f(t); }\nint size() { return 1; }\n}\n}"
        self.assertEqual(messages(store__text_h=header, store__b=local), ["upper(std::string_view)"])

    def test_tests_are_merged_apart_from_code(self):
        text = "namespace {\nint helper() { return 1; }\n}"
        self.assertEqual(messages(store__a=text, store__b_test=text), [])


if __name__ == "__main__":
    unittest.main()
