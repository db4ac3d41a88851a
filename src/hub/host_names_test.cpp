#include "hub/host_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace lab::hub {
namespace {

namespace fs = std::filesystem;

class HostNames : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/host-names-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string table() const {
    std::ifstream file(host_table(folder_));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string hosts(const std::string& objects, const std::string& spark) const { return " " + host_variables(folder_, objects, spark).at("DFLAB_HOSTS") + " "; }

  fs::path folder_;
};

TEST_F(HostNames, the_missions_names_are_this_machines) {
  const std::string found = hosts("", "");
  for (const char* name : {"minio", "mlflow", "mongodb", "spark-master", "postgres", "kafka"}) {
    EXPECT_NE(found.find(std::string(" ") + name + "=127.0.0.1 "), std::string::npos) << name;
    EXPECT_NE((" " + table()).find(std::string(" ") + name), std::string::npos) << name;
  }
  EXPECT_TRUE(table().starts_with("127.0.0.1 ")) << table();
  EXPECT_TRUE(table().ends_with("\n"));
}

TEST_F(HostNames, ports_that_notebooks_expect_lead_to_the_labs_own) {
  const std::string found = hosts("http://localhost:41234", "localhost:15003");
  EXPECT_NE(found.find(" minio:9000=127.0.0.1:41234 "), std::string::npos) << found;
  EXPECT_NE(found.find(" spark-master:15002=127.0.0.1:15003 "), std::string::npos) << found;
  EXPECT_EQ(found.find(" mlflow:"), std::string::npos) << found;
}

TEST_F(HostNames, the_table_is_written_again_only_when_it_is_another) {
  std::ofstream(host_table(folder_)) << "127.0.0.1 minio\n";
  hosts("", "");
  EXPECT_NE(table().find("mongodb"), std::string::npos);
  const auto written = fs::last_write_time(host_table(folder_));
  hosts("http://localhost:1", "");
  EXPECT_EQ(fs::last_write_time(host_table(folder_)), written);
}

TEST_F(HostNames, an_address_without_a_port_leads_to_no_port) {
  EXPECT_EQ(hosts("http://localhost", "").find(":9000"), std::string::npos);
  EXPECT_NE(hosts("http://localhost:41234/", "").find("minio:9000=127.0.0.1:41234 "), std::string::npos);
}

}  // namespace
}  // namespace lab::hub
