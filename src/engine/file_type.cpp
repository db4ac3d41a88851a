#include "engine/file_type.h"

#include "duckdb/parser/keyword_helper.hpp"
#include "engine/duck_type.h"

namespace lab::engine {

using types::TypeKind;

std::string file_type_sql(const types::DataType& type) {
  switch (type.kind()) {
    case TypeKind::Variant: return "STRUCT(value BLOB, metadata BLOB)";
    case TypeKind::Array: return file_type_sql(type.element()) + "[]";
    case TypeKind::Map: return "MAP(" + file_type_sql(type.key()) + ", " + file_type_sql(type.value()) + ")";
    case TypeKind::Struct: {
      if (type.fields().empty()) return to_duck(type).ToString();
      std::string fields;
      for (const auto& field : type.fields()) {
        if (!fields.empty()) fields += ", ";
        fields += duckdb::KeywordHelper::WriteQuoted(field.name, '"') + " " + file_type_sql(field.type);
      }
      return "STRUCT(" + fields + ")";
    }
    default: return to_duck(type).ToString();
  }
}

}  // namespace lab::engine
