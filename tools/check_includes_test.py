import unittest

from check_includes import module_of, offences, read_table

TABLE = read_table("""
# comment
base =
store = base
scan = base
lake/delta = base store scan
engine = base scan
wire/s3 = base store
app = *
""")


def messages(files):
    return [message for _, _, message in offences(files, TABLE)]


class CheckIncludes(unittest.TestCase):
    def test_longest_module_wins(self):
        self.assertEqual(module_of("lake/delta/log/reader.h", TABLE), "lake/delta")
        self.assertEqual(module_of("store/objects/blob.h", TABLE), "store")
        self.assertIsNone(module_of("lake/iceberg/x.h", TABLE))

    def test_an_include_outside_the_table_is_an_offence(self):
        files = {"base/error.h": "", "store/a.h": '#include "base/error.h"\n', "base/b.cpp": '\n#include "store/a.h"\n'}
        self.assertEqual(list(offences(files, TABLE)), [("base/b.cpp", 2, "base may not include store (store/a.h)")])

    def test_a_module_may_include_itself_and_app_everything(self):
        files = {"wire/s3/a.h": "", "wire/s3/apis/b.cpp": '#include "wire/s3/a.h"\n', "app/main.cpp": '#include "wire/s3/a.h"'}
        self.assertEqual(messages(files), [])

    def test_heavy_headers_have_one_door(self):
        files = {"engine/a.cpp": '#include "duckdb.hpp"\n', "lake/delta/a.cpp": "#include <duckdb/common/types.hpp>\n"}
        self.assertEqual(messages(files), ["duckdb/common/types.hpp is opened in engine only"])

    def test_a_header_that_does_not_exist_is_an_offence(self):
        self.assertEqual(messages({"store/a.cpp": '#include "base/gone.h"'}), ["base/gone.h does not exist"])

    def test_a_file_outside_the_modules_is_an_offence(self):
        self.assertEqual(messages({"helpers/a.cpp": ""}), ["lies in no module of cmake/modules.txt"])


if __name__ == "__main__":
    unittest.main()
