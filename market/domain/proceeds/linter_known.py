"""Names that lead to no child: characters, writers, champions, brands, sights; and dear words."""

from __future__ import annotations

_CHINESE = """
孙悟空 猪八戒 沙和尚 唐僧 哪吒 敖丙 二郎神 白龙马 牛魔王 铁扇公主 红孩儿 白骨精 嫦娥 玉兔 后羿 女娲 盘古 精卫 夸父 愚公
花木兰 穆桂英 林黛玉 贾宝玉 薛宝钗 王熙凤 刘姥姥 武松 鲁智深 诸葛亮 刘备 关羽 张飞 曹操 赵云 吕布 孙权 貂蝉
白雪公主 白娘子 葫芦娃 黑猫警长 喜羊羊 美羊羊 灰太狼 懒羊羊 熊大 熊二 光头强 小马宝莉 小猪佩奇 佩奇 汪汪队
阿拉丁 阿凡提 阿童木 阿衰 阿狸 阿里巴巴 阿甘 阿波罗 艾莎 奥特曼 哆啦A梦 大雄 胖虎 蜡笔小新 樱桃小丸子 柯南 路飞 皮卡丘
哈利·波特 哈利波特 赫敏 罗恩 邓布利多 小王子 爱丽丝 彼得潘 彼得·潘 匹诺曹 灰姑娘 小红帽 长发公主 睡美人 丑小鸭 海的女儿 小美人鱼
钢铁侠 蜘蛛侠 蝙蝠侠 超人 米老鼠 唐老鸭 小熊维尼 托马斯 马小跳 马小玲 皮皮鲁 鲁西西 舒克 贝塔 米小圈 大头儿子 小头爸爸
孔融 司马光 曹冲 孔子 孟子 老子 庄子 屈原 李白 杜甫 白居易 王维 孟浩然 王昌龄 苏轼 苏东坡 辛弃疾 李清照 杨万里 范仲淹
欧阳修 王安石 王羲之 王献之 颜真卿 柳公权 欧阳询 赵孟頫 怀素 齐白石 徐悲鸿 张大千 傅抱石 吴冠中 顾恺之 林散之
曹雪芹 吴承恩 罗贯中 施耐庵 蒲松龄 鲁迅 朱自清 老舍 冰心 巴金 叶圣陶 丰子恺 萧红 林海音 汪曾祺 沈从文 史铁生 曹文轩 杨红樱
沈石溪 郑渊洁 秦文君 黄蓓佳 汤素兰 任溶溶 安徒生 格林 伊索 凡尔纳 法布尔 刘慈欣 金庸 杨振宁 李政道 丁肇中
祖冲之 李时珍 毕昇 蔡伦 郑和 玄奘 鲁班 岳飞 文天祥 戚继光 郑成功 林则徐 孙中山 詹天佑 雷锋 黄继光 邱少云 董存瑞 王二小
袁隆平 钱学森 邓稼先 李四光 钱三强 竺可桢 华罗庚 陈景润 苏步青 屠呦呦 张桂梅 钟南山 杨利伟 王亚平 聂海胜 景海鹏 费俊龙
姚明 易建联 苏炳添 郎平 马龙 樊振东 王楚钦 孙颖莎 张继科 刘诗雯 张怡宁 邓亚萍 刘国梁 谌龙
全红婵 陈芋汐 郭晶晶 吴敏霞 谷爱凌 苏翊鸣 武大靖 张雨霏 潘展乐 叶诗文 郑钦文 石宇奇 陈清晨 贾一凡 管晨辰 邱祎凡 李小龙
梅西 罗纳尔多 C罗 姆巴佩 科比 乔丹 詹姆斯 库里 郎朗 李云迪 王羽佳 马利 陈佩斯 周杰伦 贝多芬 莫扎特 肖邦 巴赫 李斯特 柴可夫斯基 舒伯特
达芬奇 达·芬奇 梵高 梵·高 莫奈 毕加索 牛顿 爱因斯坦 爱迪生 居里夫人 霍金 伽利略 达尔文 诺贝尔 海伦·凯勒 海伦凯勒 阿基米德
李宁 安踏 特步 鸿星尔克 张小泉 王老吉 徐福记 康师傅 周大福 李锦记 老干妈 王致和 谢馥春 戴森 小天才 小爱同学 小度
同学录 张君雅 毛戈平 段永平 施德楼 马可波罗 马可·波罗 花仙子 叶罗丽 巴啦啦 洛天依 初音未来
"""
_LATIN = """
Harry Potter|Hermione|Ron Weasley|Sun Wukong|Monkey King|Nezha|Peppa Pig|Peppa|Elsa|Snow White|Cinderella|Spider-Man
Mickey Mouse|Donald Duck|Winnie the Pooh|Paddington|Alice in Wonderland|Peter Pan|Little Prince|Beethoven|Mozart|Van Gogh
Messi|Ronaldo|Kobe|Yao Ming|Li Ning|Lang Lang|Ma Long|Liu Xiang|Charlotte's Web|Tom and Jerry|Tom Sawyer|Li Bai|Du Fu|Lego|Hulk
"""
WELL_KNOWN = frozenset(_CHINESE.split()) | frozenset(
    name for line in _LATIN.strip().splitlines() for name in line.split("|")
)
