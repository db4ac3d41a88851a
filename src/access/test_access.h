#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "access/access.h"
#include "store/test_folder.h"

namespace lab::access {

/// For tests: a lab's people in a folder of their own, with a clock that stands still.
class TestAccess : public testing::Test {
 protected:
  TestAccess() { open(Profile::Secure); }

  /// As a restart does.
  void open(Profile profile) {
    access_.reset();
    store_.reset();
    store::StoreOptions options;
    options.schemas = {access_schema()};
    store_ = store::Store::open(folder_.path(), options, disk_, clock_);
    access_ = Access::open(*store_, profile);
  }

  const store::TestFolder folder_;
  const store::Origin by_{.actor = "admin", .protocol = "test", .request = "test"};
  RealDisk disk_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Access> access_;
};

}  // namespace lab::access
