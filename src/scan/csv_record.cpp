#include "scan/csv_record.h"

#include <cstring>

namespace lab::scan {

namespace {

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

const std::vector<CsvField>& CsvRecordReader::split(std::string_view line) {
  std::size_t at = 0;
  return split_at(line, at, {});
}

const std::vector<CsvField>& CsvRecordReader::split_multi_line(std::string_view text, std::size_t& at, std::string_view line_separator) {
  return split_at(text, at, line_separator);
}

const std::vector<CsvField>& CsvRecordReader::split_at(std::string_view text, std::size_t& at, std::string_view line_separator) {
  fields_.clear();
  num_unescaped_ = 0;
  problem_.clear();
  while (fields_.size() <= static_cast<std::size_t>(options_.max_columns)) {
    at = read_field(text, at, line_separator);
    if (at >= text.size()) return fields_;
    if (is_line_end(text, at, line_separator)) {
      at += line_separator.size();
      return fields_;
    }
    at += options_.separator.size();
    if (at == text.size()) {  // a separator at the very end: one more, empty field
      fields_.push_back({});
      return fields_;
    }
  }
  at = text.size();
  return fields_;
}

std::string CsvRecordReader::problem() const {
  if (!problem_.empty()) return problem_;
  if (fields_.size() > static_cast<std::size_t>(options_.max_columns))
    return "Index " + std::to_string(options_.max_columns) + " out of bounds for length " + std::to_string(options_.max_columns) +
           ". Hint: Number of columns processed may have exceeded limit of " + std::to_string(options_.max_columns) + " columns. Use the option maxColumns.";
  if (options_.max_characters <= 0) return {};
  for (const CsvField& field : fields_)
    if (field.text.size() > static_cast<std::size_t>(options_.max_characters))
      return "Length of parsed input (" + std::to_string(field.text.size()) + ") exceeds the maximum number of characters defined in your parser settings (" +
             std::to_string(options_.max_characters) + ").";
  return {};
}

std::size_t CsvRecordReader::read_field(std::string_view text, std::size_t at, std::string_view line_separator) {
  const char first = options_.separator[0];
  if (options_.skips_leading_blanks) {
    while (at < text.size() && is_blank(text[at]) && !is_separator(text, at) && !is_line_end(text, at, line_separator)) ++at;
  }
  if (options_.quote != 0 && at < text.size() && text[at] == options_.quote) return read_quoted(text, at, line_separator);
  const std::size_t begin = at;
  if (line_separator.empty() && options_.separator.size() == 1) {
    const void* found = std::memchr(text.data() + at, first, text.size() - at);
    at = found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : text.size();
  } else {
    while (at < text.size() && !is_separator(text, at) && !is_line_end(text, at, line_separator)) ++at;
  }
  std::size_t end = at;
  if (options_.skips_trailing_blanks) {
    while (end > begin && is_blank(text[end - 1])) --end;
  }
  fields_.push_back({text.substr(begin, end - begin), false});
  return at;
}

std::size_t CsvRecordReader::read_quoted(std::string_view text, const std::size_t open, std::string_view line_separator) {
  const char quote = options_.quote, escape = options_.escape, escape_of_escape = options_.escape_of_escape;
  // A quote in the middle makes all of it plain text, quotes included.
  const auto raw = [&](std::size_t at) {
    while (at < text.size() && !is_separator(text, at) && !is_line_end(text, at, line_separator)) ++at;
    std::size_t end = at;
    if (options_.skips_trailing_blanks) {
      while (end > open + 1 && is_blank(text[end - 1])) --end;
    }
    fields_.push_back({text.substr(open, end - open), false});
    return at;
  };

  std::size_t at = open + 1;
  {
    // Most quoted texts hold nothing special: the first quote closes them.
    std::size_t end = at;
    while (end < text.size() && text[end] != quote && text[end] != escape) ++end;
    if (end < text.size() && text[end] == quote && (end + 1 == text.size() || is_separator(text, end + 1) || is_line_end(text, end + 1, line_separator))) {
      fields_.push_back({text.substr(at, end - at), true});
      return end + 1;
    }
  }

  if (options_.quote_handling != QuoteHandling::StopAtDelimiter) return read_unescaped(text, open, line_separator);
  buffer_.clear();
  char previous = 0;
  bool is_closed = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const bool separates = is_separator(text, at) || is_line_end(text, at, line_separator);
    if (previous == quote && (separates || is_blank(c)) && quote != 0) {
      is_closed = true;
      break;
    }
    if (c != quote && c != escape) {
      if (previous == quote) return raw(at);
      if (previous == escape && escape != 0) buffer_ += escape;
      buffer_ += c;
      previous = c;
      continue;
    }
    if (c == escape && previous == escape_of_escape && escape_of_escape != 0) {
      buffer_ += escape;
      previous = 0;
    } else if (previous == escape && escape != 0) {
      if (c == quote) {
        buffer_ += quote;
        previous = 0;
      } else {
        buffer_ += previous;
        previous = c;
      }
    } else if (c == quote && previous == quote) {
      buffer_ += quote;
    } else if (previous == quote) {
      return raw(at);
    } else {
      previous = c;
    }
  }
  if (!is_closed && previous == escape && escape != quote && escape != 0) buffer_ += escape;
  if (is_closed) {
    // Blanks behind the closing quote do not count; anything else makes the field plain text.
    while (at < text.size() && is_blank(text[at]) && !is_separator(text, at) && !is_line_end(text, at, line_separator)) ++at;
    if (at < text.size() && !is_separator(text, at) && !is_line_end(text, at, line_separator)) return raw(at);
  }
  push_copy(buffer_, true);
  return at;
}

void CsvRecordReader::push_copy(std::string_view text, bool is_quoted) {
  if (num_unescaped_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& owner = unescaped_[num_unescaped_++];
  owner = text;
  fields_.push_back({owner, is_quoted});
}

std::size_t CsvRecordReader::read_unescaped(std::string_view text, const std::size_t open, std::string_view line_separator) {
  const char quote = options_.quote, escape = options_.escape, escape_of_escape = options_.escape_of_escape;
  const QuoteHandling handling = options_.quote_handling;
  const auto field_end = [&](std::size_t at) {
    while (at < text.size() && !ends_field(text, at, line_separator)) ++at;
    return at;
  };
  const auto skip = [&](std::size_t at) {
    fields_.push_back({});
    return field_end(at);
  };
  const auto refuse = [&] {
    problem_ = std::string("Unescaped quote character '") + quote + "' inside quoted value of CSV field.";
    fields_.push_back({});
    return text.size();
  };

  buffer_.clear();
  char previous = 0;
  bool is_unescaped = false, is_closed = false;
  std::size_t at = open + 1;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (previous == quote && ends_field(text, at, line_separator)) {
      is_closed = true;
      break;
    }
    if (previous == quote && is_blank(c)) {
      // Blanks behind the closing quote do not count, unless something else comes behind them.
      std::size_t behind = at;
      while (behind < text.size() && is_blank(text[behind]) && !ends_field(text, behind, line_separator)) ++behind;
      if (behind == text.size() || ends_field(text, behind, line_separator)) {
        is_closed = true;
        at = behind;
        break;
      }
      if (handling == QuoteHandling::RaiseError) return refuse();
      if (handling == QuoteHandling::SkipValue) return skip(behind);
      if (handling == QuoteHandling::BackToDelimiter) {
        const std::size_t end = field_end(behind);
        push_copy(quote + buffer_ + quote + std::string(text.substr(at, end - at)), false);
        return end;
      }
      buffer_ += quote;
      buffer_ += text.substr(at, behind - at);
      at = behind;
      previous = text[at];
      if (previous != quote && previous != escape) buffer_ += previous;
      continue;
    }
    if (c != quote && c != escape) {
      if (previous == quote) {
        is_unescaped = true;
        if (handling == QuoteHandling::RaiseError) return refuse();
        if (handling == QuoteHandling::SkipValue) return skip(at);
        if (handling == QuoteHandling::StopAtClosingQuote) {
          buffer_ += quote;
          buffer_ += c;
          previous = c;
          continue;
        }
        for (std::size_t cut = buffer_.find(options_.separator); cut != std::string::npos; cut = buffer_.find(options_.separator)) {
          push_copy(std::string_view(buffer_).substr(0, cut), false);
          buffer_.erase(0, cut + options_.separator.size());
        }
        buffer_ += c;
        previous = 0;
        continue;
      }
      if (previous == escape && escape != 0) buffer_ += escape;
      buffer_ += c;
      previous = c;
      continue;
    }
    if (c == escape && previous == escape_of_escape && escape_of_escape != 0) {
      buffer_ += escape;
      previous = 0;
    } else if (previous == escape && escape != 0) {
      buffer_ += c == quote ? quote : previous;
      previous = c == quote ? '\0' : c;
    } else if (c == quote && previous == quote) {
      buffer_ += quote;
    } else {
      previous = c;
    }
    if (is_unescaped && at + 1 < text.size() && ends_field(text, at + 1, line_separator)) {
      is_closed = true;
      ++at;
      break;
    }
  }
  if (!is_closed && previous == escape && escape != quote && escape != 0) buffer_ += escape;
  if (is_unescaped && handling == QuoteHandling::BackToDelimiter && buffer_.empty()) return at;
  push_copy(buffer_, true);
  return at;
}

}  // namespace lab::scan
